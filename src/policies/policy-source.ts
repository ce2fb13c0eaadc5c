import { readSettings } from '../config/settings.ts';
import { type IniSection, parseIni } from '../ini/document.ts';
import type { Finding } from '../model/finding.ts';
import type { PolicyFile } from '../model/policy.ts';
import { problemOfPart } from '../model/subject-name.ts';
import { didYouMean } from '../model/suggestion.ts';
import { asDefaults, policySpec } from './target-spec.ts';

/** One file, sorted out by observer kind; what its sections say is the kind's to read. */
export interface PolicySource {
  readonly file: string;
  /** Of `[policy]`: they stand in for what a target does not say. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly kinds: ReadonlyMap<string, KindSections>;
}

export interface KindSections {
  /** `[http]` */
  readonly defaults: IniSection | undefined;
  /** `[http:payments-api]` */
  readonly targets: readonly TargetSection[];
}

export interface TargetSection {
  readonly domain: string;
  readonly section: IniSection;
}

/** Reads the outline of a file: which sections there are, and that each is named well. */
export function parseSource(
  { name: file, text }: PolicyFile,
  kindNames: readonly string[],
): { source: PolicySource; findings: Finding[] } {
  const { document, findings: iniFindings } = parseIni(text, file);
  const findings = [...iniFindings];
  const kinds = new Map<string, { defaults: IniSection | undefined; targets: TargetSection[] }>();
  let defaults: Readonly<Record<string, unknown>> = {};

  for (const section of document.sections) {
    if (section.name === 'policy') {
      defaults = readSettings(file, section, asDefaults(policySpec), 'policy', findings).values;
      continue;
    }
    const { kind, domain } = splitName(section.name);
    const problem = problemOfName(kind, domain, kindNames);
    if (problem) {
      const { line, column } = section;
      findings.push({ file, line, column, severity: 'error', ...problem });
      continue;
    }
    const sections = kinds.get(kind) ?? { defaults: undefined, targets: [] };
    kinds.set(kind, sections);
    if (domain === undefined) sections.defaults ??= section;
    else sections.targets.push({ domain, section });
  }
  return { source: { file, defaults, kinds }, findings };
}

function splitName(name: string): { kind: string; domain: string | undefined } {
  const colon = name.indexOf(':');
  return colon < 0
    ? { kind: name, domain: undefined }
    : { kind: name.slice(0, colon), domain: name.slice(colon + 1) };
}

function problemOfName(
  kind: string,
  domain: string | undefined,
  kindNames: readonly string[],
): Pick<Finding, 'code' | 'message'> | undefined {
  if (!kindNames.includes(kind)) {
    const meant = didYouMean(kind, ['policy', ...kindNames]);
    const known = `; write [policy], or [observer:domain] with one of ${kindNames.join(', ')}`;
    return { code: 'policy.unknown-observer', message: `"${kind}" is no observer${meant || known}` };
  }
  const problem = domain === undefined ? undefined : problemOfPart(domain);
  return (
    problem && {
      code: 'policy.invalid-domain',
      message: `the domain "${domain}" ${problem.what}. ${problem.instead}`,
    }
  );
}
