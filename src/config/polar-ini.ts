import { parseIni } from '../ini/document.ts';
import { PolarError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import { didYouMean } from '../model/suggestion.ts';
import { type BrokerOverrides, type BrokerProblem, type BrokerSettings, settleBroker } from './broker.ts';
import { brokerSpec } from './broker-spec.ts';
import type { ListenAddress } from './listen-address.ts';
import { type LogLevel, polarSpec, type SectionSpec } from './polar-spec.ts';
import type { SecretReference } from './secret-reference.ts';
import { type ReadSettings, readSettings } from './settings.ts';

/** What the processes of a node go by. */
export interface NodeSettings {
  readonly workers: number;
  readonly runsPerWorker: number;
  readonly runsPerGroup: number;
  readonly tasksPerRun: number;
  readonly journal: JournalSettings;
  readonly maxBodyBytes: number;
  readonly maxAttempts: number;
  readonly maxPending: number;
  /** Undefined when nothing listens but the socket. */
  readonly gateway: GatewaySettings | undefined;
  /** Undefined when events stay in the journal. */
  readonly broker: BrokerSettings | undefined;
  /** How long `@ASYNC` waits for a task without a deadline of its own. */
  readonly answerWithinMs: number;
  readonly logLevel: LogLevel;
}

/** What is kept of the journal, and how much. */
export interface JournalSettings {
  /** Null: for ever. */
  readonly retainMs: number | null;
  readonly maxBytes: number;
  /** What is held ready on the disk, at most. */
  readonly reserveBytes: number;
}

/** The gateway on TCP: with a token, a key, or both. Plain data: what crosses a channel is never the secret. */
export interface GatewaySettings {
  readonly listen: ListenAddress;
  readonly token: SecretReference | undefined;
  readonly hmacKey: SecretReference | undefined;
}

/** `polar.ini` as it was written, fallbacks filled in; undefined where the default depends on the machine. */
export interface PolarIni {
  readonly nodeName: string | undefined;
  readonly dataDir: string;
  readonly runDir: string | undefined;
  readonly settings: NodeSettings;
}

type SectionName = keyof typeof polarSpec;

const sections: Readonly<Record<string, SectionSpec>> = polarSpec;

export interface ParsedPolarIni {
  readonly polar: PolarIni;
  readonly findings: Finding[];
  /** What is wrong with what the command line says, alone or beside the file: it has no place in it. */
  readonly refusal: PolarError | undefined;
}

/**
 * Never throws: a setting with a problem is a finding and keeps no value to rely on. `above` is what the command line
 * says of the broker.
 */
export function parsePolarIni(written: string, file: string, above: BrokerOverrides = {}): ParsedPolarIni {
  const { document, findings } = parseIni(written, file);
  const read = new Map<string, ReadSettings>();
  for (const section of document.sections) {
    const spec = Object.hasOwn(sections, section.name) ? sections[section.name] : undefined;
    if (spec) read.set(section.name, readSettings(file, section, spec.settings, 'config', findings));
    else findings.push(unknownSection(file, section));
  }
  const value = <T>(section: SectionName, key: string): T =>
    (read.has(section) ? read.get(section)?.values[key] : sections[section]?.settings[key]?.fallback) as T;
  const gateway = gatewayOf(file, read.get('gateway'), findings);
  const { broker, refusal } = brokerOf(file, read.get('broker'), above, findings);
  return {
    polar: {
      nodeName: value('node', 'name'),
      dataDir: value('journal', 'dir'),
      runDir: value('run', 'dir'),
      settings: {
        workers: value('topology', 'workers'),
        runsPerWorker: value('topology', 'runs_per_worker'),
        runsPerGroup: value('topology', 'runs_per_group'),
        tasksPerRun: value('topology', 'tasks_per_run'),
        journal: {
          retainMs: value('journal', 'retain'),
          maxBytes: value('journal', 'max_size'),
          reserveBytes: value('journal', 'reserve'),
        },
        maxBodyBytes: value('push', 'max_body'),
        maxAttempts: value('push', 'max_attempts'),
        maxPending: value('push', 'max_pending'),
        gateway,
        broker,
        answerWithinMs: value('push', 'answer_within'),
        logLevel: value('log', 'level'),
      },
    },
    findings,
    refusal,
  };
}

/** A new `polar.ini`: every setting with its default, as a comment, so that only what is changed is set. */
export function formatPolarIni(): string {
  const blocks = Object.entries(sections).map(([name, { doc, settings }]) =>
    [
      `; ${doc}`,
      `[${name}]`,
      ...Object.entries(settings).flatMap(([key, { doc: what, fallback, fallbackText, example }]) => [
        `; ${what}`,
        key.endsWith('.*') ? `;${example}` : `;${key} = ${fallbackText ?? fallback ?? example}`,
      ]),
    ].join('\n'),
  );
  const head = '; The settings of this node. Each is shown with its default: take the ; away to change one.';
  return `${[head, ...blocks].join('\n\n')}\n`;
}

/** Whoever can reach an open port can push: one without credentials is a problem of the file. */
function gatewayOf(
  file: string,
  section: ReadSettings | undefined,
  findings: Finding[],
): GatewaySettings | undefined {
  const entry = section?.entries.get('listen');
  if (!section || !entry) return undefined;
  const { listen, token, hmac_key: hmacKey } = section.values as Partial<Record<string, unknown>>;
  if (!section.entries.has('token') && !section.entries.has('hmac_key')) {
    const { line, column } = entry;
    const message = `"listen" without credentials; write token = \${file:gateway.token} or hmac_key = \${env:POLAR_GATEWAY_KEY}`;
    findings.push({ file, line, column, severity: 'error', code: 'config.no-credentials', message });
  }
  if (listen === undefined) return undefined;
  return {
    listen: listen as ListenAddress,
    token: token as SecretReference | undefined,
    hmacKey: hmacKey as SecretReference | undefined,
  };
}

function brokerOf(
  file: string,
  section: ReadSettings | undefined,
  above: BrokerOverrides,
  findings: Finding[],
): Pick<ParsedPolarIni, 'refusal'> & { broker: BrokerSettings | undefined } {
  const { broker, problems } = settleBroker(section?.values ?? fallbacksOf(brokerSpec.settings), above);
  let refusal: PolarError | undefined;
  for (const { key, code, message } of problems) {
    // What is missing is told where the broker is named.
    const entry = Object.hasOwn(above, key)
      ? undefined
      : (section?.entries.get(key) ?? (above.url ? undefined : section?.entries.get('url')));
    if (entry)
      findings.push({ file, line: entry.line, column: entry.column, severity: 'error', code, message });
    else refusal ??= refusalOf(code, message);
  }
  return { broker, refusal };
}

function refusalOf(code: BrokerProblem['code'], message: string): PolarError {
  if (code === 'config.plaintext') return new PolarError('broker.plaintext-refused', `${message}.`);
  return new PolarError('usage.invalid', `Of the broker, ${message}.`, {
    hint: 'Each is a key of [broker] in polar.ini; those that are flags as well: pzm up --help',
  });
}

function fallbacksOf(settings: SectionSpec['settings']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).map(([key, { fallback }]) => [key, fallback]));
}

function unknownSection(
  file: string,
  { name, line, column }: { name: string; line: number; column: number },
): Finding {
  const known = Object.keys(sections);
  const meant = didYouMean(name, known) || `; known are ${known.join(', ')}`;
  return {
    file,
    line,
    column,
    severity: 'error',
    code: 'config.unknown-section',
    message: `[${name}]${meant}`,
  };
}
