import { PolarError } from './errors.ts';

/** `<node>.<command|event>.<method>.<domain>`: the name of everything observed or commanded, and its AMQP routing key. */
export interface SubjectName {
  readonly node: string;
  readonly kind: 'command' | 'event';
  readonly method: string;
  readonly domain: string;
}

const partNames = ['node', 'kind', 'method', 'domain'] as const;

/** @throws subject-name.invalid, saying what to write instead. */
export function parseSubjectName(text: string): SubjectName {
  const [node = '', kind = '', method = '', domain = '', ...rest] = text.split('.');
  if (rest.length > 0 || domain === '') {
    throw invalid(
      `"${text}" has ${rest.length + 4} parts`,
      'Write <node>.<command|event>.<method>.<domain>.',
    );
  }
  return createSubjectName(node, kind, method, domain);
}

/** @throws subject-name.invalid */
export function createSubjectName(node: string, kind: string, method: string, domain: string): SubjectName {
  if (kind !== 'command' && kind !== 'event') {
    throw invalid(`"${kind}" is not a kind of subject`, 'Write command or event.');
  }
  for (const [index, part] of [node, kind, method, domain].entries()) {
    const problem = problemOfPart(part);
    if (problem) throw invalid(`${partNames[index]} "${part}" ${problem.what}`, problem.instead);
  }
  return { node, kind, method, domain };
}

export function formatSubjectName({ node, kind, method, domain }: SubjectName): string {
  return `${node}.${kind}.${method}.${domain}`;
}

/** What is wrong with one part of a subject name, and what to write instead; undefined when it is fine. */
export function problemOfPart(part: string): { what: string; instead: string } | undefined {
  if (part === '') return { what: 'is empty', instead: 'Write a name there.' };
  if (part.length > 200) return { what: 'is longer than 200 characters', instead: 'Shorten it.' };
  if (!/[\s.\p{Cc}]/u.test(part)) return undefined;
  const mended = part.replace(/[\s.\p{Cc}]+/gu, '-');
  return {
    what: part.includes('.') ? 'has a dot' : 'has white space or a control character',
    instead: `Write "${mended}": dots only stand between the parts of a subject name.`,
  };
}

/** The default node: the host's name up to its first dot, other characters made `-`. */
export function nodeFromHostname(hostname: string): string {
  const first = hostname.split('.', 1)[0] ?? '';
  return first.replace(/[^A-Za-z0-9_-]+/g, '-') || 'node';
}

function invalid(message: string, hint: string): PolarError {
  return new PolarError('subject-name.invalid', `${message}.`, { hint });
}
