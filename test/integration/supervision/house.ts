import { vi } from 'vitest';
import {
  type ProcessSnapshot,
  type ProcessSpec,
  ProcessSupervisor,
  type SupervisorHooks,
  type SupervisorOptions,
} from '../../../src/supervision/process-supervisor.ts';

export type Mode = 'obey' | 'dawdle' | 'refuse' | 'falter' | 'crash';

export interface House {
  readonly supervisor: ProcessSupervisor;
  /** What the hooks were told, in order: `ready a1`, `exit a1 SIGKILL`, `message a "…"`, `escalate …`. */
  readonly story: string[];
  /** How each next incarnation will behave; `obey` unless set. */
  readonly modes: Map<string, Mode>;
  see(name: string): ProcessSnapshot;
}

const houses: House[] = [];

export function createHouse(
  names: readonly string[],
  options: SupervisorOptions = {},
  spec: Partial<ProcessSpec> = {},
): House {
  const story: string[] = [];
  const modes = new Map<string, Mode>();
  const hooks: SupervisorHooks = {
    configurationOf: (name) => ({ name, mode: modes.get(name) ?? 'obey' }),
    onReady: ({ name, incarnation }) => story.push(`ready ${name}${incarnation}`),
    onExit: ({ name, incarnation, code, signal }) =>
      story.push(`exit ${name}${incarnation} ${signal ?? code}`),
    onMessage: (name, body) => story.push(`message ${name} ${JSON.stringify(body).slice(0, 40)}`),
    onEscalate: ({ message }) => story.push(`escalate ${message}`),
  };
  const module = new URL('./fixtures/child.mjs', import.meta.url);
  const specs = names.map(
    (name): ProcessSpec => ({ name, role: 'fixture', module, restart: 'permanent', ...spec }),
  );
  const supervisor = new ProcessSupervisor(specs, hooks, options);
  const see = (name: string) => supervisor.snapshot().find((seen) => seen.name === name) as ProcessSnapshot;
  const house = { supervisor, story, modes, see };
  houses.push(house);
  return house;
}

/** Call after each test: nothing of it runs any more. */
export async function closeHouses(): Promise<void> {
  await Promise.all(houses.splice(0).map((house) => house.supervisor.drain()));
}

export function until(condition: () => boolean, timeoutMs = 20_000): Promise<void> {
  return vi.waitFor(
    () => {
      if (!condition()) throw new Error(`not in time: ${condition}`);
    },
    { timeout: timeoutMs, interval: 10 },
  );
}

/** A stopped or running process; false for one that is gone, or dead and not yet buried. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
