import { type ActionKey, formatActionKey } from '../model/action-key.ts';
import type { Mapping, Mappings } from './mapping.ts';

type Part = keyof ActionKey;

/**
 * The order in which a step's mapping is looked up: first match wins. A rule is tried only where the step has every
 * part that the rule names (the first one where it has a decorator): an empty part matches nothing by accident.
 */
const rules = [
  { name: 'S?C@D?A', parts: ['sender', 'context', 'decorator', 'action'] },
  { name: 'S?C?A', parts: ['sender', 'context', 'action'] },
  { name: 'S??A', parts: ['sender', 'action'] },
  { name: '?C?A', parts: ['context', 'action'] },
  { name: 'S?C?', parts: ['sender', 'context'] },
  { name: 'S??', parts: ['sender'] },
  { name: '??A', parts: ['action'] },
  { name: '?C?', parts: ['context'] },
] as const satisfies readonly { name: string; parts: readonly Part[] }[];

type Rule = (typeof rules)[number];
export type RuleName = Rule['name'];

export interface Attempt {
  readonly rule: RuleName;
  /** The mapping's key that this rule asks for. */
  readonly key: string;
}

export interface Lookup {
  readonly match: (Attempt & { readonly mapping: Mapping }) | undefined;
  /** In order, the matching one last. */
  readonly tried: readonly Attempt[];
}

export function lookup(mappings: Mappings, key: ActionKey): Lookup {
  const tried: Attempt[] = [];
  for (const rule of rules) {
    if (!applies(rule, key)) continue;
    const attempt = { rule: rule.name, key: formatActionKey(only(rule.parts, key)) };
    tried.push(attempt);
    const mapping = mappings.get(attempt.key);
    if (mapping) return { match: { ...attempt, mapping }, tried };
  }
  return { match: undefined, tried };
}

function applies(rule: Rule, key: ActionKey): boolean {
  if (rule.name === 'S?C@D?A') return key.decorator !== '';
  return rule.parts.every((part) => key[part] !== '');
}

function only(parts: readonly Part[], key: ActionKey): ActionKey {
  const part = (name: Part) => (parts.includes(name) ? key[name] : '');
  return {
    sender: part('sender'),
    context: part('context'),
    decorator: part('decorator'),
    action: part('action'),
  };
}
