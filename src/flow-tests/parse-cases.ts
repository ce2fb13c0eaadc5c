import { parseTarget } from '../flows/mapping.ts';
import { type IniEntry, type IniSection, parseIni } from '../ini/document.ts';
import { parseDuration } from '../model/duration.ts';
import type { Finding } from '../model/finding.ts';
import { faultOfJson } from '../model/json-fault.ts';
import { didYouMean } from '../model/suggestion.ts';
import { type CaseLine, type FlowCase, isAct, type Message, outcomes, type Stub } from './case.ts';

/** Completes "<key> …". */
class Unreadable extends Error {}

const takesJson = /^(?:answer$|state\.|stub\.|expect\.state\.)/;
const defaultStart = Date.UTC(2026, 0, 1);

/** The cases of one file: a section is a case, its lines are what is done and expected, in their order. */
export function parseCases(text: string, file: string): { cases: FlowCase[]; findings: Finding[] } {
  const { document, findings } = parseIni(text, file);
  // A quoted value is a JSON string already, and where JSON is read it is that string.
  const isQuoted = ({ line, valueColumn }: IniEntry) =>
    document.lines[line - 1]?.text.startsWith('"', valueColumn - 1) ?? false;
  const written = (entry: IniEntry) =>
    takesJson.test(entry.key) && isQuoted(entry) ? { ...entry, value: JSON.stringify(entry.value) } : entry;
  const cases = document.sections.map((section) =>
    readCase({ ...section, entries: section.entries.map(written) }, file, (entry, message) =>
      findings.push({
        ...{ file, line: entry.line, column: entry.column },
        ...{ severity: 'error' as const, code: 'flow.invalid-case', message },
      }),
    ),
  );
  return { cases, findings };
}

function readCase(
  section: IniSection,
  file: string,
  report: (entry: IniEntry, message: string) => void,
): FlowCase {
  let startMs = defaultStart;
  let key = 'test';
  const lines: CaseLine[] = [];
  for (const entry of section.entries) {
    try {
      const hasBegun = lines.some(isAct);
      if (entry.key === 'at' || entry.key === 'key') {
        if (hasBegun) throw new Unreadable('stands before the first push');
        if (entry.key === 'key') key = required(entry.value);
        else startMs = timeOf(entry.value);
        continue;
      }
      if (entry.key.startsWith('expect.') && !hasBegun) throw new Unreadable('stands after a push');
      lines.push({ line: entry.line, ...readLine(entry) });
    } catch (problem) {
      if (!(problem instanceof Unreadable)) throw problem;
      report(entry, `"${entry.key}" ${problem.message}`);
    }
  }
  return { name: section.name, file, line: section.line, startMs, key, lines };
}

type Content = CaseLine extends infer Line ? (Line extends CaseLine ? Omit<Line, 'line'> : never) : never;

const plainKeys = [
  'push',
  'answer',
  'after',
  'expect.outcome',
  'expect.reason',
  'expect.publish',
  'expect.emit',
];
const families = ['state.<actor>', 'stub.<component.method>', 'expect.state.<actor>'];

function readLine({ key, value }: IniEntry): Content {
  switch (key) {
    case 'push': {
      const { to, body } = messageOf(value, 'a flow and its body, e.g. push = Note {"text": "x"}');
      return { kind: key, flow: to, body };
    }
    case 'answer':
      return { kind: key, body: jsonOf(value) };
    case 'after': {
      const ms = parseDuration(value);
      if (ms === undefined) throw new Unreadable('is a duration such as 500ms, 30s, 5m, 6h or 1d');
      return { kind: key, ms };
    }
    case 'expect.outcome': {
      const outcome = outcomes.find((one) => one === value);
      if (!outcome) throw new Unreadable(`is one of ${outcomes.join(', ')}${didYouMean(value, outcomes)}`);
      return { kind: key, outcome };
    }
    case 'expect.reason':
      return { kind: key, reason: value };
    case 'expect.publish':
    case 'expect.emit': {
      const what = key === 'expect.emit' ? 'a flow' : 'a topic';
      const message = value === 'nothing' ? undefined : messageOf(value, `${what} and a body, or "nothing"`);
      return { kind: key, message };
    }
  }
  return readMember(key, value);
}

function readMember(key: string, value: string): Content {
  const [, family, member = ''] = /^(state|stub|expect\.state)\.(.+)$/.exec(key) ?? [];
  if (family === 'state') return { kind: 'state', actor: member, value: jsonOf(value) };
  if (family === 'expect.state') {
    return { kind: 'expect.state', actor: member, value: value === 'nothing' ? undefined : jsonOf(value) };
  }
  if (family === 'stub') {
    const target = parseTarget(member);
    if (!target) throw new Unreadable('names no method; write stub.Component.method');
    return { kind: 'stub', ...target, stub: stubOf(value) };
  }
  const meant = didYouMean(key, plainKeys) || `; known are ${[...plainKeys, ...families].join(', ')}`;
  throw new Unreadable(`is nothing that a case can say${meant}`);
}

function stubOf(value: string): Stub {
  const [, word, rest = ''] = /^(end|fail|real)(?:\s+(.*))?$/s.exec(value) ?? [];
  if (word === 'end') return { does: 'end', reason: rest };
  if (word === 'fail') return { does: 'fail', message: rest };
  return word === 'real' ? { does: 'the real thing' } : { does: 'return', value: jsonOf(value) };
}

function messageOf(value: string, form: string): Message {
  const [, to, body = ''] = /^(\S+)(?:\s+(.*))?$/s.exec(value) ?? [];
  if (to === undefined) throw new Unreadable(`is ${form}`);
  return { to, body: body === '' ? {} : jsonOf(body) };
}

function jsonOf(text: string): unknown {
  const fault = faultOfJson(text);
  if (fault)
    throw new Unreadable(`has a body that is not JSON: at character ${fault.offset + 1} it ${fault.problem}`);
  return JSON.parse(text) as unknown;
}

function timeOf(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Unreadable('is a time such as 2026-01-01T10:00:00Z');
  return time;
}

function required(text: string): string {
  if (text === '') throw new Unreadable('is empty');
  return text;
}
