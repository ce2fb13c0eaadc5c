import { join } from 'node:path';
import { openCursorStore } from '../journal/lmdb/cursor-store.ts';
import { openJournalReader } from '../journal/lmdb/reader.ts';
import { createWake } from '../journal/wake.ts';
import { runChild } from '../supervision/child-process.ts';
import { retryDelayMs } from '../supervision/error-kernel.ts';
import { createLogger } from '../telemetry/log.ts';
import type { ChildConfiguration, ManagerPeer, Peers, SinkChoice, SupervisorWord } from '../topology/wire.ts';
import { Listener } from '../transport/bell.ts';
import { type Delivery, startDelivery } from './deliver.ts';
import type { Sink } from './sink.ts';
import { createTerminalSink } from './terminal-sink.ts';

/** How long a stop waits for events that are still to be delivered. */
const catchUpMs = 5000;

/** The only process that knows where events go. */
runChild({
  async configure(configuration) {
    const { name, dataDir, settings, sink: choice, peers } = configuration as ChildConfiguration;
    const log = createLogger({ role: 'bridge', name, dataDir, level: settings.logLevel });
    const reader = openJournalReader(join(dataDir, 'journal'));
    const store = openCursorStore(join(dataDir, 'bridge'));
    const wake = createWake();
    const abort = new AbortController();
    const sink = createSink(choice);
    let delivery: Delivery | undefined;
    let manager: ManagerPeer | undefined;
    let listener: Listener | undefined;

    const follow = ({ integrationManager: next }: Peers) => {
      if (!next || next.incarnation === manager?.incarnation) return;
      manager = next;
      listener?.close();
      // Everything that is published: the bell only says when to look.
      listener = new Listener(next.events, ['']);
      void listener.receive(() => wake.ring());
      wake.ring();
    };
    follow(peers);
    if (sink) {
      const after = choice.kind === 'terminal' ? choice.after : 0;
      delivery = startDelivery({ reader, store, sink, after, wake, signal: abort.signal, retryDelayMs });
    }
    log.info({ event: 'bridge.ready', sink: choice.kind }, 'ready');

    return {
      details: { sink: sink?.name ?? 'none' },
      onMessage(message) {
        const word = message as SupervisorWord;
        if (word.type === 'peers') follow(word.peers);
      },
      stats() {
        const newest = reader.info().nextSequence - 1;
        if (!delivery) return { sink: 'none', newest };
        const stats = delivery.stats();
        return { sink: sink?.name, newest, lag: newest - stats.cursor, ...stats };
      },
      async drain() {
        // What the journal holds by now is still delivered, as long as the sink takes it.
        const newest = reader.info().nextSequence - 1;
        const until = performance.now() + catchUpMs;
        while (delivery && delivery.stats().cursor < newest && performance.now() < until) {
          wake.ring();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        abort.abort();
        await delivery?.ended;
      },
      async close() {
        abort.abort();
        listener?.close();
        await sink?.close();
        await store.close();
        await reader.close();
      },
    };
  },
});

function createSink(choice: SinkChoice): Sink | undefined {
  return choice.kind === 'terminal' ? createTerminalSink(process.stdout, choice) : undefined;
}
