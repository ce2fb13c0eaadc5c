import type { Finding } from '../model/finding.ts';
import type { Flow, Step } from '../model/flow.ts';
import { lookup } from './lookup.ts';
import { formatTarget, type Mapping, type Mappings } from './mapping.ts';

/** Mappings of the user's that no step of any flow ever leads to, and why. */
export function findUnusedMappings(flows: ReadonlyMap<string, Flow>, mappings: Mappings): Finding[] {
  const calls = [...flows.values()].flatMap((flow) =>
    flow.steps.filter(({ kind }) => kind === 'plain' || kind === 'spread').map((step) => ({ flow, step })),
  );
  const used = new Set(calls.map(({ step }) => lookup(mappings, step.key).match?.mapping));
  return [...mappings.values()]
    .filter((mapping) => mapping.origin === 'user' && !used.has(mapping))
    .map((mapping) => {
      const near = calls.find(({ step }) => wouldMatch(step, mapping));
      const winner = near && lookup(mappings, near.step.key).match?.mapping;
      return winner ? shadowed(mapping, winner, near.step) : unused(mapping);
    });
}

/** Whether it would be found if there were no other mappings. */
function wouldMatch({ key }: Step, { name }: Mapping): boolean {
  return lookup(new Map(), key).tried.some((attempt) => attempt.key === name);
}

function shadowed(mapping: Mapping, winner: Mapping, step: Step): Finding {
  const message = `"${mapping.name}" is never asked for: "${winner.name}", mapped at ${winner.file}:${winner.line}, comes before it for "${step.text}"`;
  return warning(mapping, 'mapping.shadowed', message);
}

function unused(mapping: Mapping): Finding {
  const message = `${formatTarget(mapping)} is never called: no step of any flow leads to "${mapping.name}"`;
  return warning(mapping, 'mapping.unused', message);
}

function warning({ file, line, column }: Mapping, code: string, message: string): Finding {
  return { file, line, column, severity: 'warning', code, message };
}
