import { hasSecretReference, secretReferencesIn } from '../config/secret-text.ts';
import { type ReadSettings, readSettings, type Spec, settingFor } from '../config/settings.ts';
import type { IniEntry, IniSection } from '../ini/document.ts';
import { type Finding, hasErrors } from '../model/finding.ts';
import type { Target } from '../model/policy.ts';
import type { ObserverKind } from '../observers/observer.ts';
import { meanIntervalMs } from './cron-expression.ts';
import type { WrittenCondition } from './expectation.ts';
import type { PolicySource, TargetSection } from './policy-source.ts';
import { asDefaults, targetSpec } from './target-spec.ts';

export interface ParsedTargets {
  readonly targets: readonly Target[];
  readonly findings: readonly Finding[];
}

/** Everything that one kind of observer is told to do, in all files of a set. */
export function parseTargets(kind: ObserverKind, sources: readonly PolicySource[]): ParsedTargets {
  const targets: Target[] = [];
  const findings: Finding[] = [];
  const places = new Map<string, string>();

  for (const source of sources) {
    const sections = source.kinds.get(kind.kind);
    if (!sections) continue;
    const defaults = readDefaults(kind, source, sections.defaults, findings);
    for (const section of sections.targets) {
      const name = `${kind.kind}:${section.domain}`;
      const { line } = section.section;
      const first = places.get(name);
      if (first === undefined) {
        places.set(name, `${source.file}:${line}`);
        const target = readTarget(kind, source.file, section, defaults, findings);
        if (target) targets.push(target);
      } else if (!first.startsWith(`${source.file}:`)) {
        // Twice in one file is a duplicate section, which the reader of the file has reported.
        const message = `[${name}] is in ${first} too; a target has one place, remove one of the two`;
        findings.push(at(source.file, section.section, 'duplicate-target', message));
      }
    }
  }
  return { targets, findings };
}

type Defaults = Readonly<Record<string, unknown>>;

function readDefaults(
  kind: ObserverKind,
  { file, defaults }: PolicySource,
  section: IniSection | undefined,
  findings: Finding[],
): Defaults {
  if (!section) return written(defaults);
  return written(
    readWhatIsThere(file, section, asDefaults(specOf(kind)), findings, written(defaults)).values,
  );
}

function readTarget(
  kind: ObserverKind,
  file: string,
  { domain, section }: TargetSection,
  defaults: Defaults,
  allFindings: Finding[],
): Target | undefined {
  const findings: Finding[] = [];
  const { values, entries } = readWhatIsThere(file, section, specOf(kind), findings, defaults);
  const settings = Object.fromEntries(
    Object.keys(kind.settings)
      .map((key) => key.replace(/\.\*$/, ''))
      .filter((key) => values[key] !== undefined)
      .map((key) => [key, values[key]]),
  );
  if (!hasErrors(findings)) {
    const problem = kind.check?.(settings);
    if (problem) findings.push(at(file, section, 'invalid-target', problem));
    findings.push(...slowTimeout(file, values, entries), ...shortMaxAge(file, values, entries));
  }
  // The nearer one wins: an interval of the target's own stands above a cron expression of the defaults.
  const expression = entries.has('every') ? undefined : (values['cron'] as string | undefined);
  const cron = expression === undefined ? undefined : { expression, timezone: values['timezone'] as string };
  allFindings.push(...findings);
  if (hasErrors(findings)) return undefined;
  return {
    name: `${kind.kind}:${domain}`,
    kind: kind.kind,
    domain,
    everyMs: cron ? meanIntervalMs(cron.expression) : (values['every'] as number),
    cron,
    timeoutMs: values['timeout'] as number,
    jitterMs: values['jitter'] as number,
    confirm: values['confirm'] as number,
    maxAgeMs: values['max_age'] as number | undefined,
    attestMs: values['attest'] as number,
    group: kind.group(settings),
    settings,
    expectations: Object.entries(values['expect'] as Record<string, WrittenCondition>).map(
      ([fact, expectation]) => ({ fact, ...expectation }),
    ),
    because: values['because'] as string | undefined,
    owner: values['owner'] as string | undefined,
    severity: values['severity'] as string | undefined,
    runbook: values['runbook'] as string | undefined,
    labels: values['label'] as Record<string, string>,
  };
}

function readWhatIsThere(
  file: string,
  section: IniSection,
  spec: Spec,
  findings: Finding[],
  defaults: Defaults,
): ReadSettings {
  for (const entry of section.entries) {
    if (hasSecretReference(entry.value)) {
      findings.push(...referenceProblem(file, entry, spec));
    }
  }
  const every = section.entries.find(({ key }) => key === 'every');
  const cron = section.entries.find(({ key }) => key === 'cron');
  if (every && cron) {
    findings.push(
      at(file, cron, 'every-and-cron', '"cron" stands in place of "every"; remove one of the two'),
    );
  }
  return readSettings(file, section, spec, 'policy', findings, defaults);
}

function referenceProblem(file: string, { key, value, line, valueColumn }: IniEntry, spec: Spec): Finding[] {
  const place = { line, column: valueColumn };
  if (!settingFor(spec, key)?.setting.secret) {
    const allowed = Object.keys(spec).filter((candidate) => spec[candidate]?.secret);
    const where =
      allowed.length === 0 ? 'no setting of this observer does' : `only ${allowed.join(', ')} may`;
    const message = `"${key}" does not refer to secrets; ${where}`;
    return [at(file, place, 'misplaced-secret', message)];
  }
  if (secretReferencesIn(value)) return [];
  const message = `"${key}" has a reference that is not written well; write \${env:NAME} or \${file:PATH}`;
  return [at(file, place, 'invalid-value', message)];
}

function specOf(kind: ObserverKind): Spec {
  return { ...targetSpec, ...kind.settings };
}

// An inherited undefined would stand in for a needed value.
function written(values: Defaults): Defaults {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function slowTimeout(
  file: string,
  values: Readonly<Record<string, unknown>>,
  entries: ReadonlyMap<string, IniEntry>,
): Finding[] {
  const entry = entries.get('timeout');
  if (!entry || values['cron'] !== undefined || (values['timeout'] as number) <= (values['every'] as number))
    return [];
  const message =
    '"timeout" is longer than "every": while one observation waits, those that are due are skipped';
  return [{ ...at(file, entry, 'slow-timeout', message), severity: 'warning' }];
}

function shortMaxAge(
  file: string,
  values: Readonly<Record<string, unknown>>,
  entries: ReadonlyMap<string, IniEntry>,
): Finding[] {
  const entry = entries.get('max_age');
  if (!entry || values['cron'] !== undefined) return [];
  if ((values['max_age'] as number) > (values['every'] as number)) return [];
  const message = '"max_age" is no longer than "every": the target is stale between two observations';
  return [{ ...at(file, entry, 'short-max-age', message), severity: 'warning' }];
}

function at(
  file: string,
  { line, column }: { line: number; column: number },
  code: string,
  message: string,
): Finding {
  return { file, line, column, severity: 'error', code: `policy.${code}`, message };
}
