import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultProject } from './project.ts';

/** Where events arrive outside: how often each of them has, by its id. */
export interface Arrivals {
  readonly name: string;
  /** Every event that was ever committed must arrive in the end. */
  readonly isComplete: boolean;
  collect(): Promise<ReadonlyMap<string, number>>;
}

/** What the bridge has printed of what was committed from its node's start on; a line that a kill has cut is none. */
export function terminalArrivals({ folder }: FaultProject): Arrivals {
  return {
    name: 'terminal',
    isComplete: false,
    async collect() {
      const arrived = new Map<string, number>();
      for (const line of readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n')) {
        const id = /"id":"([^"]+)"/.exec(line)?.[1];
        if (id !== undefined) arrived.set(id, (arrived.get(id) ?? 0) + 1);
      }
      return arrived;
    },
  };
}
