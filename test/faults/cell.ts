import type { Fault } from './injectors/fault.ts';

export const phases = ['starting', 'idle', 'under load', 'draining', 'catching up'] as const;
export type Phase = (typeof phases)[number];

/** Whom a fault befalls. */
export interface Victim {
  readonly name: string;
  readonly processes: readonly string[];
}

const children = ['services', 'subject', 'worker-1', 'worker-2', 'integration-manager', 'bridge'] as const;

const alone = (name: string): Victim => ({ name, processes: [name] });

export const victims = {
  services: alone('services'),
  subject: alone('subject'),
  'worker-1': alone('worker-1'),
  'worker-2': alone('worker-2'),
  'integration-manager': alone('integration-manager'),
  bridge: alone('bridge'),
  supervisor: alone('supervisor'),
  'subject and integration-manager': {
    name: 'subject and integration-manager',
    processes: ['subject', 'integration-manager'],
  },
  'worker-1 and services': { name: 'worker-1 and services', processes: ['worker-1', 'services'] },
  all: { name: 'all', processes: ['supervisor', ...children] },
} as const satisfies Readonly<Record<string, Victim>>;

export const eachChild: readonly Victim[] = children.map((name) => victims[name]);

/** One place of the table. */
export interface Cell {
  readonly fault: Fault;
  readonly victim: Victim;
  readonly phase: Phase;
  /** In the short part, for every change. */
  readonly isSample: boolean;
}

export function nameOf({ fault, victim, phase }: Cell): string {
  return `${fault.name} · ${victim.name} · ${phase}`;
}
