import { join } from 'node:path';
import { openCursorStore } from '../journal/lmdb/cursor-store.ts';
import { openJournalReader } from '../journal/lmdb/reader.ts';
import { runChild } from '../supervision/child-process.ts';
import { createLogger } from '../telemetry/log.ts';
import type { ChildConfiguration, ManagerPeer, Peers, SupervisorWord } from '../topology/wire.ts';
import { Listener } from '../transport/bell.ts';
import { receiptTopic } from '../transport/word-frame.ts';
import { openBridge } from './bridge.ts';
import { openSink } from './open-sink.ts';

/** The only process that knows where events go. */
runChild({
  async configure(configuration) {
    const { name, node, dataDir, settings, sinks: choices, peers } = configuration as ChildConfiguration;
    const log = createLogger({ role: 'bridge', name, dataDir, level: settings.logLevel });
    const reader = openJournalReader(join(dataDir, 'journal'));
    const store = openCursorStore(join(dataDir, 'bridge'));
    const sinks = await Promise.all(choices.map((choice) => openSink(choice, log)));
    const bridge = openBridge({ reader, store, sinks, node, log });
    let manager: ManagerPeer | undefined;
    let listener: Listener | undefined;

    const follow = ({ integrationManager: next }: Peers) => {
      if (!next || next.incarnation === manager?.incarnation) return;
      manager = next;
      listener?.close();
      // Each commit has its receipts, and they are little: the bell only says when to look.
      listener = new Listener(next.events, [receiptTopic]);
      void listener.receive(() => bridge.ring());
      bridge.ring();
    };
    follow(peers);
    log.info({ event: 'bridge.ready', sinks: sinks.map(({ sink }) => sink.name) }, 'ready');

    return {
      details: {},
      onMessage(message) {
        const word = message as SupervisorWord;
        if (word.type === 'peers') follow(word.peers);
      },
      stats: () => bridge.stats(),
      drain: () => bridge.drain(),
      async close() {
        listener?.close();
        await bridge.close();
        await store.close();
        await reader.close();
      },
    };
  },
});
