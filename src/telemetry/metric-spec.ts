import type { ProcessSnapshot } from '../supervision/process-supervisor.ts';
import type { NodeStatus } from '../topology/node.ts';

export interface Sample {
  /** Label → value. */
  readonly of?: Readonly<Record<string, string>>;
  /** Not a number when it is not known. */
  readonly value: number;
}

export interface MetricSpec {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labels?: readonly string[];
  readonly samples: (status: NodeStatus) => readonly Sample[];
}

/** One number for each process of a role, or of all roles. What it counts begins anew with each life of the process. */
export function each(
  role: string | undefined,
  numberOf: (process: ProcessSnapshot) => number,
): MetricSpec['samples'] {
  return ({ processes }) =>
    processes
      .filter((process) => role === undefined || process.role === role)
      .map((process) => ({ of: { process: process.name }, value: numberOf(process) }));
}

/** One number of the one process that knows it. */
export function one(role: string, ...path: readonly string[]): MetricSpec['samples'] {
  return ({ processes }) =>
    processes
      .filter((process) => process.role === role)
      .map(({ stats }) => ({ value: numberAt(stats, ...path) }));
}

/** A sample for each entry of a table of counts, its key split into labels. */
export function counts(
  role: string,
  table: string,
  labels: readonly string[],
  isPerProcess: boolean,
): MetricSpec['samples'] {
  return ({ processes }) =>
    processes
      .filter((process) => process.role === role)
      .flatMap(({ name, stats }) =>
        Object.entries(objectAt(stats, table)).map(([key, value]) => {
          const parts = key.split(' ');
          const of = Object.fromEntries(labels.map((label, index) => [label, parts[index] ?? '']));
          return { of: isPerProcess ? { ...of, process: name } : of, value: Number(value) };
        }),
      );
}

/** What a process says of itself crosses a channel, and may be missing while it starts. */
export function numberAt(stats: unknown, ...path: readonly string[]): number {
  let at: unknown = stats;
  for (const key of path) at = (at as Record<string, unknown> | undefined)?.[key];
  return typeof at === 'number' ? at : Number.NaN;
}

function objectAt(stats: unknown, key: string): Readonly<Record<string, unknown>> {
  return ((stats ?? {}) as Record<string, Record<string, unknown> | undefined>)[key] ?? {};
}
