import type { ProcessSpec } from '../supervision/process-supervisor.ts';

const modules = {
  'integration-manager': '../integration-manager/main.js',
  subject: '../subject/main.js',
  worker: '../worker/main.js',
  services: '../services/main.js',
  bridge: '../bridge/main.js',
} as const;
export type Role = keyof typeof modules;

/** What a node can have at most: names of sockets have room for no more digits. */
export const mostWorkers = 64;

export const workerNames = (workers: number): string[] =>
  Array.from({ length: workers }, (_, index) => `worker-${index + 1}`);

export const isWorker = (name: string): boolean => name.startsWith('worker-');

/** In the order of the start: each may rely on those before it. */
export function specsOf(workers: number): ProcessSpec[] {
  return [
    specOf('integration-manager'),
    specOf('subject'),
    ...workerNames(workers).map((name) => specOf('worker', name)),
    specOf('services'),
    specOf('bridge'),
  ];
}

export function specOf(role: Role, name: string = role): ProcessSpec {
  return { name, role, restart: 'permanent', module: new URL(modules[role], import.meta.url) };
}

/** Along the way of a message, so that each stage still finds the next one (protocol.md). */
export function drainOrder(workers: readonly string[]): string[] {
  return ['services', 'subject', ...workers, 'integration-manager', 'bridge'];
}

/** One after the other while the node runs: whoever is restarted finds the others there. */
export function restartOrder(workers: readonly string[]): string[] {
  return ['integration-manager', 'subject', ...workers, 'services', 'bridge'];
}

const stages = Object.keys(modules);

/** As they are shown: a worker that came later stands beside the others. */
export function byStage(a: { readonly role: string }, b: { readonly role: string }): number {
  return stages.indexOf(a.role) - stages.indexOf(b.role);
}
