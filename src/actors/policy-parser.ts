import type { Target } from '../model/policy.ts';
import type { ObserverKind } from '../observers/observer.ts';
import { diffTargets, type TargetDiff } from '../policies/diff-targets.ts';
import { type ParsedTargets, parseTargets } from '../policies/parse-targets.ts';
import type { PolicySource } from '../policies/policy-source.ts';
import type { Behaviour } from './actor-system.ts';

/** What the Policy Manager asks its child for one kind of observer. */
export interface ParseKind {
  readonly sources: readonly PolicySource[];
  /** Of this kind, as tasked now. */
  readonly before: readonly Target[];
}

export interface ParsedKind {
  readonly parsed: ParsedTargets;
  readonly change: TargetDiff & { readonly kind: string };
}

/** Knows one kind's settings: what the sections of its targets say, and what is different from before. */
export function createPolicyParser(kind: ObserverKind): Behaviour<ParseKind, ParsedKind> {
  return {
    receive({ sources, before }) {
      const parsed = parseTargets(kind, sources);
      return { parsed, change: { kind: kind.kind, ...diffTargets(before, parsed.targets) } };
    },
  };
}
