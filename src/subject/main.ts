import { join } from 'node:path';
import { openJournalReader } from '../journal/lmdb/reader.ts';
import type { Hello } from '../model/run.ts';
import { runChild } from '../supervision/child-process.ts';
import { createLogger } from '../telemetry/log.ts';
import { intakePath, ipc, runsPath } from '../topology/endpoints.ts';
import type {
  ChildConfiguration,
  ManagerPeer,
  Peers,
  SubjectPeer,
  SubjectWord,
  SupervisorWord,
} from '../topology/wire.ts';
import { Listener } from '../transport/bell.ts';
import { encodeCharge } from '../transport/charge-frame.ts';
import { frameHeader, frameHeaderBytes, kindOf } from '../transport/frame.ts';
import { Inbox } from '../transport/inbox.ts';
import { Outbox } from '../transport/outbox.ts';
import { createRejections } from '../transport/rejections.ts';
import { encodeRun } from '../transport/run-frame.ts';
import { decodeReceipts, decodeWords, receiptTopic, type Word } from '../transport/word-frame.ts';
import { createGreetings } from './greetings.ts';
import { takeFrame } from './intake.ts';
import { LaneCache } from './lane-cache.ts';
import { pressureOf } from './pressure.ts';
import * as subject from './subject.ts';

const lookUpEveryMs = 1000;
const tickEveryMs = 50;
/** Besides `runs_per_worker`. They are quick, and each takes up to 64 tasks. */
const ownRunsPerWorker = 16;
/** Rows of `pending` that are held here; the others wait on disk. */
const rowsHeldMost = 4096;
const rowsHeldMostBytes = 64 * 1024 * 1024;
/** Read at once. */
const pageRows = 256;
const pageBytes = 4 * 1024 * 1024;

runChild({
  async configure(configuration, channel) {
    const own = configuration as ChildConfiguration;
    const { name, incarnation, runDir, dataDir, settings } = own;
    const log = createLogger({ role: 'subject', name, dataDir, level: settings.logLevel });
    const journal = openJournalReader(join(dataDir, 'journal'));
    const { tasksPerRun, runsPerGroup } = settings;
    const awaited = own.peers.workers.map((worker) => worker.name);
    const state = subject.createSubject(
      { incarnation, tasksPerRun, runsPerGroup, ownRunsPerWorker },
      awaited,
      journal.charges(),
    );
    const view = { ...journal, time: Date.now };
    const lanes = new LaneCache();
    const outboxes = new Map<string, { readonly incarnation: string; readonly outbox: Outbox }>();
    const greetings = createGreetings();
    const rejections = createRejections((fields) => log.warn(fields, 'frame rejected'));
    let manager: ManagerPeer | undefined;
    let charges: Outbox | undefined;
    let listener: Listener | undefined;
    let crew: Peers = own.peers;
    const toldIdle = new Set<string>();
    let pendingCursor = 0;
    let isDraining = false;

    let isLeasing = false;
    // Once per turn of the event loop, when all that came in is in its lane: runs are as long as they can be.
    const lease = () => {
      // Before the next lease: whoever ends the task is to find what it has cost.
      for (const charge of charges ? subject.takeCharges(state) : []) charges?.add(encodeCharge(charge));
      if (isLeasing || isDraining) return;
      isLeasing = true;
      setImmediate(giveLeases);
    };
    const giveLeases = () => {
      isLeasing = false;
      if (isDraining) return;
      for (const { worker, run, key, tasks } of subject.lease(state)) {
        outboxes.get(worker)?.outbox.add(encodeRun(run, key, tasks));
      }
    };
    const readPending = () => {
      while (state.rowsHeld < rowsHeldMost && state.rowsHeldBytes < rowsHeldMostBytes) {
        const rows = journal.pendingAfter(pendingCursor, pageRows, pageBytes);
        for (const { order, record } of rows) {
          pendingCursor = order;
          takeFrame(state, lanes, record, 0, 'journal');
        }
        if (rows.length === 0) return;
      }
    };
    const lookUp = () => {
      subject.lookUp(state, manager?.incarnation ?? '', view);
      readPending();
      lease();
    };
    const hear = (word: Word) => {
      if (word.type === 'report') return subject.reported(state, word.report, view);
      const heard = greetings.hear(word.hello);
      if (typeof heard !== 'string') greet(heard);
      else rejections.note('stranger', { worker: word.hello.worker });
    };
    const greet = (hello: Hello) => {
      if (hello.version !== own.version) {
        rejections.note('version', { worker: hello.worker, version: hello.version });
        const advice = 'restart the node: its files were replaced while it ran';
        log.error({ event: 'worker.refused', worker: hello.worker, version: hello.version }, advice);
        return;
      }
      subject.hello(state, hello, view);
    };

    const inbox = new Inbox();
    const peer: SubjectPeer = { incarnation, intake: ipc(intakePath(runDir, incarnation)) };
    await inbox.bind(peer.intake);
    void inbox.receive((frame) => {
      try {
        const kind = kindOf(frame);
        if (kind === 'tasks') takeFrame(state, lanes, frame, frameHeaderBytes);
        else if (kind === 'words') for (const word of [...decodeWords(frame)]) hear(word);
        else rejections.note('misplaced', { kind, sizeBytes: frame.length });
      } catch (error) {
        rejections.noteUnreadable(frame, error);
      }
      lease();
    });

    const tellIdle = () => {
      for (const life of subject.idleLeavers(state, crew.workers)) {
        if (toldIdle.has(life)) continue;
        toldIdle.add(life);
        channel.send({ type: 'worker.idle', incarnation: life } satisfies SubjectWord);
      }
    };
    const follow = (peers: Peers) => {
      crew = peers;
      subject.followCrew(state, peers);
      tellIdle();
      for (const [worker, { outbox }] of outboxes) {
        if (peers.roster.includes(worker) || peers.workers.some(({ name }) => name === worker)) continue;
        outbox.close();
        outboxes.delete(worker);
      }
      for (const { name: worker, incarnation: life } of peers.workers) void bindFor(worker, life);
      for (const hello of greetings.follow(peers.workers)) greet(hello);
      const next = peers.integrationManager;
      if (!next || next.incarnation === manager?.incarnation) return;
      manager = next;
      // What the old one had not read is sent again: the look-up below has it all collected.
      charges?.close();
      charges = new Outbox(frameHeader('charges'));
      charges.connect(next.results);
      listener?.close();
      listener = new Listener(next.events, [receiptTopic]);
      void listener.receive(({ body }) => {
        subject.received(state, decodeReceipts(body), view);
        readPending();
        lease();
      });
      lookUp();
    };
    const bindFor = async (worker: string, life: string) => {
      const before = outboxes.get(worker);
      if (before?.incarnation === life) return;
      before?.outbox.close();
      const outbox = new Outbox(frameHeader('runs'));
      outboxes.set(worker, { incarnation: life, outbox });
      await outbox.bind(ipc(runsPath(runDir, incarnation, life)));
    };
    follow(own.peers);
    const timers = [
      setInterval(lookUp, lookUpEveryMs),
      setInterval(() => {
        subject.passTime(state, performance.now());
        tellIdle();
        lease();
      }, tickEveryMs),
    ];
    log.info({ event: 'subject.ready', awaited }, 'ready');

    return {
      details: peer,
      onMessage(message) {
        const word = message as SupervisorWord;
        if (word.type === 'peers') return follow(word.peers);
        subject.workerGone(state, word, view);
        lease();
      },
      stats: () => ({
        ...state.counts,
        rejectedFrames: rejections.total,
        rejected: rejections.counts,
        ...pressureOf(state),
      }),
      async drain() {
        isDraining = true;
        while (subject.outstanding(state) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
        await charges?.flushed();
        channel.send({ type: 'in-flight', tasks: state.waiting } satisfies SubjectWord);
      },
      async close() {
        for (const timer of timers) clearInterval(timer);
        charges?.close();
        listener?.close();
        inbox.close();
        for (const { outbox } of outboxes.values()) outbox.close();
        await journal.close();
      },
    };
  },
});
