import type { JournalSettings } from '../config/polar-ini.ts';
import type { JournalWriter } from '../journal/journal.ts';
import type { BridgeView } from '../journal/lmdb/bridge-view.ts';
import { stateManagerName } from '../model/actor-names.ts';
import { hasCode, messageOf } from '../model/errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { heldText, lastSink, type NamedSink, oldestPeriod, type Pins, rulesOf } from './pins.ts';

/** Removes from the journal what is old, or too much, and nobody's business any more. */
export interface Retention {
  /** Looks once, and removes what may go, a little at a time between commits. */
  run(): Promise<void>;
  /** Stops, with what is under way. */
  close(): Promise<void>;
  /** What kept the oldest batch when it was looked at last; undefined when nothing was to go. */
  heldBy(): string | undefined;
}

/** Removal begins before the limit is reached. */
const lowWater = 15 / 16;
const rowsAtOnce = 256;
const setAsideAtOnce = 10_000;
/** Commits have four fifths of the time. */
const shareOfTime = 5;

export function createRetention(options: {
  readonly journal: Pick<
    JournalWriter,
    'info' | 'size' | 'batchAt' | 'stateRows' | 'removeOldest' | 'forgetKept'
  >;
  readonly settings: JournalSettings;
  readonly bridge: Omit<BridgeView, 'close'>;
  readonly sinks: readonly NamedSink[];
  readonly now: () => number;
  readonly log: Pick<Logger, 'info' | 'error'>;
}): Retention {
  const { journal, settings, bridge, sinks, now, log } = options;
  let running: Promise<void> | undefined;
  let held: string | undefined;
  let isBroken = false;
  let isClosed = false;

  const excess = () => journal.size().usedBytes - settings.maxBytes * lowWater;
  const oldestTime = () => journal.batchAt(journal.info().firstSequence)?.batch.time;

  const openPeriod = async () => {
    let oldest: Pins['period'];
    for (let after = ''; ; ) {
      const rows = journal.stateRows(stateManagerName, after, rowsAtOnce);
      const found = oldestPeriod(rows);
      if (found && !(oldest && oldest.from <= found.from)) oldest = found;
      if (rows.length < rowsAtOnce || isClosed) return oldest;
      after = rows.at(-1)?.key ?? after;
      await pause(0);
    }
  };
  const remove = async (pins: Pins) => {
    let removed = 0;
    for (;;) {
      const rules = rulesOf(settings, excess(), pins);
      const { firstSequence } = journal.info();
      const setAside = bridge.setAside(firstSequence - 1, setAsideAtOnce);
      const known = setAside.length < setAsideAtOnce ? Number.POSITIVE_INFINITY : (setAside.at(-1) ?? 0) + 1;
      const begun = performance.now();
      const turn = journal.removeOldest(
        { ...rules, keepFrom: Math.min(rules.keepFrom, known) },
        setAside,
        now(),
      );
      removed += turn.batches;
      if (!turn.hasMore || isClosed) break;
      await pause((performance.now() - begun) * (shareOfTime - 1));
    }
    if (removed > 0) {
      const { firstSequence } = journal.info();
      log.info({ event: 'journal.shortened', batches: removed, firstSequence }, 'journal shortened');
    }
  };
  const round = async () => {
    const { retainMs } = settings;
    const oldest = oldestTime();
    const isOld = retainMs !== null && oldest !== undefined && oldest < now() - retainMs;
    if (excess() <= 0 && !isOld) {
      held = undefined;
      return;
    }
    const time = now();
    // The sinks first: what they have set aside is then known of everything up to their cursors.
    const sink = lastSink(bridge.rows(), journal.info().id, sinks);
    const pins = { sink, period: await openPeriod(), time };
    if (isClosed) return;
    await remove(pins);
    journal.forgetKept((sequence) => bridge.isSetAside(sequence));
    const batch = journal.batchAt(journal.info().firstSequence)?.batch;
    held =
      batch &&
      heldText(pins, { last: batch.firstSequence + batch.count - 1, time: batch.time }, journal.info());
  };
  const guarded = async () => {
    try {
      await round();
      isBroken = false;
    } catch (error) {
      // On a full disk the next look is soon.
      if (hasCode(error, 'journal.full')) return;
      if (!hasCode(error, 'journal.corrupt')) throw error;
      held = messageOf(error);
      if (!isBroken) log.error({ event: 'journal.not-shortened', err: held }, 'journal not shortened');
      isBroken = true;
    }
  };
  return {
    run() {
      running ??= guarded().finally(() => {
        running = undefined;
      });
      return running;
    },
    async close() {
      isClosed = true;
      await running;
    },
    heldBy: () => held,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => (ms > 0 ? setTimeout(resolve, ms) : setImmediate(resolve)));
}
