import type { Database } from 'lmdb';
import { type Environment, openEnvironment } from './environment.ts';

/** Why an event was set aside instead of delivered. */
export interface Quarantined {
  readonly sequence: number;
  /** `broker.unroutable: …` */
  readonly reason: string;
  /** When it was set aside, ms since the epoch. */
  readonly time: number;
  /** How often it was handed to the sink; 0 for what is no event at all. */
  readonly attempts: number;
}

/** What came of an order (model/delivery-order.ts). */
export interface OrderOutcome {
  /** Events, or sinks, that it had to do with. */
  readonly affected: number;
  /** Why nothing was done. */
  readonly refused?: string;
}

/** What lies where in the bridge's own environment (docs/architecture.md, "The journal"). */
export interface BridgeTables {
  readonly environment: Environment;
  /** The last sequence settled, by sink. */
  readonly cursors: Database<number, string>;
  /** `[sink, sequence]` */
  readonly quarantine: Database<Quarantined, [string, number]>;
  /** What was in quarantine and is to be sent again. */
  readonly redrive: Database<Quarantined, [string, number]>;
  /** By the number of the order; the newest few hundred. */
  readonly outcomes: Database<OrderOutcome, number>;
  /** `journal`: id of the one that all of this is about; `orders`: number of the last order carried out. */
  readonly meta: Database<unknown, string>;
}

/** @throws journal.corrupt, io.failed; what lmdb throws */
export function openBridgeTables(path: string, readOnly: boolean): BridgeTables {
  const rows = { encoding: 'msgpack' } as const;
  return openEnvironment(path, { readOnly, maxDbs: 8 }, (root) => ({
    cursors: root.openDB('cursors', rows),
    quarantine: root.openDB('quarantine', rows),
    redrive: root.openDB('redrive', rows),
    outcomes: root.openDB('outcomes', rows),
    meta: root.openDB('meta', rows),
  }));
}

/** The rows of one sink behind a sequence. */
export function rangeOf(sink: string, after = 0) {
  return { start: [sink, after + 1], end: [sink, Number.MAX_SAFE_INTEGER] } satisfies {
    start: [string, number];
    end: [string, number];
  };
}
