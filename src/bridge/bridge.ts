import type { JournalReader } from '../journal/journal.ts';
import type { CursorStore } from '../journal/lmdb/cursor-store.ts';
import { createWake, type Wake } from '../journal/wake.ts';
import { terminalName } from '../model/sink-name.ts';
import type { Logger } from '../telemetry/log.ts';
import { backOffMs } from './back-off.ts';
import { type Delivery, type DeliveryStats, startDelivery } from './deliver.ts';
import type { OpenedSink } from './open-sink.ts';
import { carryOutOrders, type OrderOptions } from './orders.ts';

/** All sinks of a node, each with a delivery and a cursor of its own: none waits for another. */
export interface Bridge {
  /** Something was committed. */
  ring(): void;
  stats(): BridgeStats;
  /** What the journal holds by now is still delivered, as long as the sinks take it, and no longer than a few seconds. */
  drain(): Promise<void>;
  /** Stops what is under way and closes the sinks. */
  close(): Promise<void>;
}

export interface BridgeStats {
  readonly sinks: readonly (DeliveryStats & { readonly kind: OpenedSink['kind'] })[];
  /** Cursors of sinks that do not run: each pins the journal until it is dropped. */
  readonly idle: readonly { readonly name: string; readonly cursor: number; readonly quarantined: number }[];
}

/** How long a stop waits for events that are still to be delivered. */
const catchUpMs = 5000;
const lookEveryMs = 1000;

export function openBridge(options: {
  readonly reader: JournalReader;
  readonly store: CursorStore;
  readonly sinks: readonly OpenedSink[];
  /** Whose orders are carried out. */
  readonly node: string;
  readonly log: Logger;
}): Bridge {
  const { reader, store, sinks, node, log } = options;
  const abort = new AbortController();
  const forgotten = store.adopt(reader.info().id);
  if (forgotten.length > 0) {
    log.warn(
      { event: 'bridge.journal-replaced', sinks: forgotten },
      'the cursors are of another journal: all begin anew',
    );
  }
  // A terminal shows what happens while it is there: nothing waits for it when it is gone.
  if (!sinks.some(({ kind }) => kind === 'terminal')) store.forget(terminalName);

  const running = sinks.map(({ kind, sink, after }) => {
    const wake = createWake();
    const delivery = startDelivery({
      reader,
      store,
      sink,
      after,
      wake,
      signal: abort.signal,
      backOffMs: (failures) => backOffMs(failures, Math.random()),
      log,
    });
    return { kind, sink, wake, delivery };
  });
  const readIdle = () =>
    store
      .sinks()
      .filter((name) => !running.some(({ sink }) => sink.name === name))
      .map((name) => ({ name, cursor: store.load(name), quarantined: store.counts(name).quarantined }));

  // Counting rows takes as long as there are many, and of a sink that does not run they stay as they are.
  let idle = readIdle();
  const deliveryOf = (name: string) => running.find(({ sink }) => sink.name === name)?.delivery;
  const orders: OrderOptions = {
    reader,
    store,
    node,
    log,
    runs: (sink) => deliveryOf(sink) !== undefined,
    changeRows(sink, change) {
      const delivery = deliveryOf(sink);
      if (delivery) return delivery.changeRows(change);
      change();
      idle = readIdle();
    },
  };
  const ordered = createWake();
  const followOrders = async () => {
    // The bell may be lost (R6).
    for (; !abort.signal.aborted; await ordered.wait(lookEveryMs, abort.signal)) carryOutOrders(orders);
  };
  const followed = followOrders();

  return {
    ring() {
      ordered.ring();
      for (const { wake } of running) wake.ring();
    },
    stats: () => ({
      sinks: running.map(({ kind, delivery }) => ({ kind, ...delivery.stats() })),
      idle,
    }),
    async drain() {
      const newest = reader.info().nextSequence - 1;
      const until = performance.now() + catchUpMs;
      await Promise.all(running.map((one) => caughtUp(one, newest, until)));
      abort.abort();
      await Promise.all([followed, ...running.map(({ delivery }) => delivery.ended)]);
    },
    async close() {
      abort.abort();
      await followed;
      await Promise.all(running.map(({ delivery }) => delivery.ended));
      await Promise.all(running.map(({ sink }) => sink.close()));
    },
  };
}

/** A sink without a link keeps nobody waiting: the journal has what it is owed. */
async function caughtUp(
  { delivery, wake }: { delivery: Delivery; wake: Wake },
  newest: number,
  until: number,
): Promise<void> {
  for (;;) {
    const { cursor, link } = delivery.stats();
    if (cursor >= newest || link.state !== 'up' || performance.now() >= until) return;
    wake.ring();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
