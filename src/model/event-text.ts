import type { CloudEvent } from './cloud-event.ts';
import { humanDuration } from './duration.ts';
import {
  type AttestedEvent,
  type DeliveryOrderedEvent,
  type EventBody,
  isEventBody,
  isObservationEvent,
  isOrderEvent,
  type ObservationEventData,
  type PeriodEnd,
  type PolicyAppliedEvent,
  type PolicyRefusedEvent,
} from './event.ts';
import { changesText, changeText, cut, factsText, printable, scalarText, shorten } from './facts-text.ts';

/** How words are made to stand out; the plain one changes nothing. */
export interface Palette {
  readonly grave: (text: string) => string;
  readonly good: (text: string) => string;
  readonly dim: (text: string) => string;
}

const same = (text: string): string => text;
export const plainPalette: Palette = { grave: same, good: same, dim: same };

/** An event in the parts that people read it by. */
export interface EventText {
  /** Local time of day, `10:04:12`. */
  readonly clock: string;
  /** `changed`; in capitals when somebody should look up: `VIOLATED`. */
  readonly word: string;
  readonly tone: keyof Palette | undefined;
  /** `http:shop` */
  readonly name: string;
  /** `status 200 → 503, expected 200` */
  readonly details: string;
  /** Further lines: why it matters, what is wrong. */
  readonly more: readonly string[];
}

const clockColumns = 9;
const wordColumns = 10;
const nameColumns = 17;

/** One event as a line, with indented lines below it where there is more to say. */
export function eventLines(event: CloudEvent, palette: Palette = plainPalette): string[] {
  const { clock, word, tone, name, details, more } = describeEvent(event);
  const head = `${word.padEnd(wordColumns - 1)} ${name}`.padEnd(wordColumns + nameColumns - 1);
  const toned = tone ? head.replace(word, palette[tone](word)) : head;
  const indent = ' '.repeat(clockColumns + wordColumns);
  return [
    `${palette.dim(clock)} ${toned} ${details}`.trimEnd(),
    ...more.map((line) => `${indent}${palette.dim(line)}`),
  ];
}

export function describeEvent(event: CloudEvent): EventText {
  const clock = clockText(new Date(event.time));
  const body = bodyOf(event);
  if (!body) {
    // What comes behind is not shown, and may be long.
    const details = shorten(printable(JSON.stringify(event.data).slice(0, 200)), 80);
    return { clock, word: 'event', tone: undefined, name: printable(event.subject), details, more: [] };
  }
  if (isObservationEvent(body)) return { clock, ...describeObservation(body.type, body.data) };
  if (isOrderEvent(body)) return { clock, ...describeOrder(body) };
  switch (body.type) {
    case 'polar.observation.attested':
      return { clock, ...describeAttested(body) };
    case 'polar.policy.applied':
      return { clock, ...describeApplied(body) };
    default:
      return { clock, ...describeRefused(body) };
  }
}

function bodyOf(event: CloudEvent): EventBody | undefined {
  const { type, data, policyrevision: revision, policyhash: hash } = event;
  const body: unknown = { type, policy: { revision, hash }, data };
  return isEventBody(body) ? body : undefined;
}

type Description = Omit<EventText, 'clock'>;

function describeObservation(type: string, data: ObservationEventData): Description {
  const name = printable(data.target);
  const word = type.slice(type.lastIndexOf('.') + 1);
  switch (word) {
    case 'violated':
      return { word: 'VIOLATED', tone: 'grave', name, details: violation(data), more: stake(data) };
    case 'unreachable':
      return { word: 'UNREACHABLE', tone: 'grave', name, details: outcomeText(data), more: stake(data) };
    case 'recovered':
      return { word: 'RECOVERED', tone: 'good', name, details: recovery(data), more: [] };
    case 'stale':
      return { word: 'STALE', tone: 'grave', name, details: silence(data), more: stake(data) };
    case 'retired':
      return { word, tone: undefined, name, details: 'left the policy', more: [] };
    case 'first':
      return { word, tone: undefined, name, details: factsText(data.facts), more: [] };
    default: {
      const details = data.outcome.kind === 'unreachable' ? `still ${outcomeText(data)}` : changes(data);
      return { word, tone: undefined, name, details, more: [] };
    }
  }
}

/** `status 200 → 503, expected 200`: what changed to the worse beside what was expected, then the other changes. */
function violation(data: ObservationEventData): string {
  const { verdict, changed, facts, before } = data;
  const failures = verdict.failures.map(({ fact, expected, actual }) => {
    const isChange = before !== null && changed.includes(fact);
    const what = isChange ? changeText(fact, before, facts) : `${printable(fact)} ${scalarText(actual)}`;
    return `${what}, expected ${shorten(printable(expected))}`;
  });
  const failing = new Set(verdict.failures.map(({ fact }) => fact));
  const others = changed.filter((fact) => !failing.has(fact));
  const rest = before === null ? '' : changesText(before, facts, others);
  return [cut(failures).join('; '), rest].filter((part) => part !== '').join('; ');
}

/** `status 503 → 200 after 20 s` */
function recovery(data: ObservationEventData): string {
  return `${changes(data) || 'as expected again'} after ${humanDuration(data.afterMs ?? 0)}`;
}

/** `not looked at for 20 min, was status 200` */
function silence({ ageMs = 0, outcome, facts }: ObservationEventData): string {
  const last = outcome.kind === 'unreachable' ? outcome.reason : factsText(facts);
  return [`not looked at for ${humanDuration(ageMs)}`, last && `was ${last}`].filter(Boolean).join(', ');
}

function changes({ before, facts, changed }: ObservationEventData): string {
  return changesText(before ?? {}, facts, changed);
}

function outcomeText({ outcome }: ObservationEventData): string {
  if (outcome.kind === 'observed') return '';
  const detail = shorten(printable(outcome.detail), 100);
  return detail === '' || detail === outcome.reason ? outcome.reason : `${outcome.reason}: ${detail}`;
}

/** Why it matters, and to whom. */
function stake({ because, owner, runbook }: ObservationEventData): string[] {
  const parts = [
    because && `because ${printable(because)}`,
    owner && `owner ${printable(owner)}`,
    runbook && `runbook ${printable(runbook)}`,
  ].filter((part) => part !== null && part !== '');
  return parts.length === 0 ? [] : [parts.join(' · ')];
}

/** `118 of 120 in 1 h, longest gap 61 s`, `118 of 120 in 12 min, longest gap 5 s, then the node stopped` */
function describeAttested({ data }: AttestedEvent): Description {
  const { target, from, to, due, made, longestGapMs, reason } = data;
  const span = humanDuration(Date.parse(to) - Date.parse(from));
  const looks = `${made} of ${due} in ${span}, longest gap ${humanDuration(longestGapMs)}`;
  const details =
    reason === 'start' ? `the node did not run for ${span}, ${due} missed` : looks + endTexts[reason];
  return { word: 'attested', tone: undefined, name: printable(target), details, more: [] };
}

const endTexts: Readonly<Record<Exclude<PeriodEnd, 'start'>, string>> = {
  attest: '',
  policy: ', then another policy',
  retired: ', then it left the policy',
  stop: ', then the node stopped',
  crash: ', then the node ended without a word',
};

function describeApplied({ data }: PolicyAppliedEvent): Description {
  const counts = (['added', 'changed', 'retired'] as const)
    .filter((kind) => data[kind].length > 0)
    .map((kind) => `${data[kind].length} ${kind}`);
  const details = counts.join(', ') || 'the same targets';
  return { word: 'applied', tone: undefined, name: `policy ${data.revision}`, details, more: [] };
}

/** `retried amqp  seq 4, 7 by anna` */
function describeOrder({ type, data }: DeliveryOrderedEvent): Description {
  const { sink, sequences, by, reason } = data;
  const all = type === 'polar.sink.dropped' ? 'with all that was kept for it' : 'all that was set aside';
  const what = sequences === null ? all : `seq ${shorten(sequences.join(', '), 60)}`;
  return {
    word: type.slice(type.lastIndexOf('.') + 1),
    tone: undefined,
    name: `sink ${printable(sink)}`,
    details: `${what}, by ${printable(by)}`,
    more: reason === null ? [] : [`because ${printable(reason)}`],
  };
}

function describeRefused({ data }: PolicyRefusedEvent): Description {
  const problems = data.findings
    .filter(({ severity }) => severity === 'error')
    .map(({ file, line, column, message }) => `${printable(file)}:${line}:${column} ${printable(message)}`);
  const [first = '', ...others] = cut(problems);
  const stays = data.inForce ? `policy ${data.inForce.revision} stays in force` : 'no policy is in force yet';
  return {
    word: 'REFUSED',
    tone: 'grave',
    name: `policy ${data.revision}`,
    details: first,
    more: [...others, stays],
  };
}

function clockText(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
