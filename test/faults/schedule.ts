import { type Chance, createChance } from '../simulation/random.ts';

/** What chaos does, decided by the seed alone. */
export interface PlannedFault {
  /** After the beginning. */
  readonly atMs: number;
  readonly process: string;
  readonly fault: 'SIGKILL' | 'exception' | 'pause' | 'exit in a commit';
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly forMs: number;
  readonly everyMs: number;
  /** Nothing but SIGKILL. */
  readonly isKillsOnly: boolean;
}

const processes = ['worker-1', 'worker-2', 'subject', 'integration-manager', 'bridge'] as const;

export function planFaults({ seed, forMs, everyMs, isKillsOnly }: ScheduleOptions): PlannedFault[] {
  const chance = createChance(seed);
  return Array.from({ length: Math.floor(forMs / everyMs) }, (_, index) => {
    // Somewhere in its interval, so that no two of them keep step with anything of the product.
    const atMs = Math.round((index + chance.next()) * everyMs);
    const process = chance.pick(processes);
    return { atMs, process, fault: isKillsOnly ? 'SIGKILL' : pickFault(chance, process) };
  });
}

function pickFault(chance: Chance, process: (typeof processes)[number]): PlannedFault['fault'] {
  if (chance.happens(0.6)) return 'SIGKILL';
  if (process === 'integration-manager' && chance.happens(0.5)) return 'exit in a commit';
  return chance.pick(['exception', 'pause']);
}
