import { join } from 'node:path';
import { ActorSystem } from '../actors/actor-system.ts';
import { createComponents, methodsOf } from '../actors/components.ts';
import { openProjectComponents } from '../components/project-components.ts';
import { followFlows } from '../flows/follow-flows.ts';
import { openJournalReader } from '../journal/lmdb/reader.ts';
import { taskRef } from '../model/charge.ts';
import type { Finding } from '../model/finding.ts';
import type { Result, Run } from '../model/run.ts';
import { observerKinds, preload } from '../observers/kinds.ts';
import { runChild } from '../supervision/child-process.ts';
import { createLogger, type Logger } from '../telemetry/log.ts';
import { ipc, runsPath } from '../topology/endpoints.ts';
import type {
  ChildConfiguration,
  ManagerPeer,
  Peers,
  SubjectPeer,
  SupervisorWord,
} from '../topology/wire.ts';
import { frameHeader, kindOf } from '../transport/frame.ts';
import { Inbox } from '../transport/inbox.ts';
import { Outbox } from '../transport/outbox.ts';
import { encodeResult } from '../transport/result-frame.ts';
import { decodeRuns } from '../transport/run-frame.ts';
import { encodeWord, type Word } from '../transport/word-frame.ts';
import { callMethod } from './call.ts';
import { createFailedAttempts } from './failed-attempts.ts';
import { advance, conclude, createRun, type Finished, type WorkerRun } from './run.ts';
import { createSlowestLooks } from './slowest-looks.ts';
import { walkOf } from './walks.ts';

/*
 * A worker takes runs from the subject, walks each task through its flow, hands the run's one result to the
 * integration manager and then reports to the subject. Runs of different keys go side by side.
 */
runChild({
  async configure(configuration) {
    const own = configuration as ChildConfiguration;
    const { name, incarnation, node, version, runDir, dataDir, settings } = own;
    const log = createLogger({ role: 'worker', name, dataDir, level: settings.logLevel });
    const journal = openJournalReader(join(dataDir, 'journal'));
    const actors = new ActorSystem();
    const observations: Record<string, number> = {};
    const slowest = createSlowestLooks();
    const builtIn = createComponents({
      kinds: observerKinds,
      actors,
      projectDir: own.projectDir,
      startedAt: own.startedAt,
      onObserved({ target, outcome, durationMs }) {
        const name = `${target.kind} ${outcome}`;
        observations[name] = (observations[name] ?? 0) + 1;
        slowest.add(target.name, durationMs, performance.now());
      },
    });
    // What components print must not come between the events that the bridge prints.
    process.stdout.write = process.stderr.write.bind(process.stderr);
    const ofProject = await openProjectComponents(own.projectDir, new Set(builtIn.keys()), log);
    const components = new Map([...builtIn, ...ofProject.components]);
    logRefused(log, ofProject.findings);
    const flows = followFlows({
      productDir: own.productDir,
      projectDir: own.projectDir,
      known: new Map([...methodsOf(builtIn), ...ofProject.known]),
      onRead: (findings) => logRefused(log, findings),
    });
    const walkOfFlow = (flow: string) => {
      const found = flows.flow(flow);
      return found && walkOf(found);
    };
    const parked = (correlationId: string) => journal.parkedRow(correlationId);
    const callOptions = {
      components,
      node,
      log,
      now: Date.now,
      maxAttempts: settings.maxAttempts,
      deadLetter: journal.deadLetter,
    };
    const witness = {
      ...{ worker: name, incarnation, now: Date.now, elapsed: () => performance.now() },
      failed: createFailedAttempts(),
    };
    const runs = new Map<string, WorkerRun>();
    const counts = { runs: 0, tasks: 0, failures: 0 };
    let subject: { readonly peer: SubjectPeer; readonly words: Outbox; readonly inbox: Inbox } | undefined;
    let workerNames: readonly string[] = [];
    let manager: { readonly peer: ManagerPeer; readonly results: Outbox } | undefined;
    /** Finished while no integration manager was known; they keep the credit, so they are few. */
    const held: { readonly run: Run; readonly finished: Finished }[] = [];

    const say = (word: Word) => subject?.words.add(encodeWord(word));
    const handOver = (run: Run, { result, done, failure }: Finished) => {
      if (result && (!manager || manager.peer.isLeaving)) {
        held.push({ run, finished: { type: 'finished', result, done, failure } });
        return;
      }
      if (result) manager?.results.add(encodeResult(result satisfies Result));
      runs.delete(run.id);
      counts.tasks += done;
      if (failure) counts.failures++;
      // The report names whom the result was sent to: if that one dies, the subject leases the run again (R2).
      const sentTo = result && manager ? manager.peer.incarnation : '';
      say({
        type: 'report',
        report: {
          ...{ run: run.id, worker: name, done, sentTo },
          ...(failure && { failure: { ...failure, task: taskRef(run.tasks[done]!) } }),
        },
      });
    };
    const walk = async (state: WorkerRun) => {
      for (;;) {
        const next = advance(state);
        if (next.type === 'finished') return handOver(state.run, next);
        const outcome = callMethod(next, state, callOptions);
        conclude(state, outcome instanceof Promise ? await outcome : outcome);
      }
    };
    const begin = (run: Run) => {
      const state = createRun({
        run,
        witness,
        walk: walkOfFlow,
        maxAttempts: settings.maxAttempts,
        reader: (actor, key) => journal.stateRow(actor, key),
        parked,
        answerWithinMs: settings.answerWithinMs,
        workers: () => workerNames,
      });
      runs.set(run.id, state);
      counts.runs++;
      void walk(state);
    };

    const attach = (peer: SubjectPeer) => {
      // First nothing more of the old subject, then the hello: it names every run that was begun for it.
      subject?.inbox.close();
      subject?.words.close();
      const words = new Outbox(frameHeader('words'));
      words.connect(peer.intake);
      const inbox = new Inbox();
      inbox.connect(ipc(runsPath(runDir, peer.incarnation, incarnation)));
      subject = { peer, words, inbox };
      const underWay = Array.from(runs.values(), ({ run }) => ({
        ...{ id: run.id, key: run.key },
        first: taskRef(run.tasks[0]!),
      }));
      const hello = { worker: name, incarnation, version, credit: settings.runsPerWorker, runs: underWay };
      say({ type: 'hello', hello });
      // Only the subject sends here: a frame that cannot be read is a mistake of ours. This process ends then, and
      // the subject leases its runs again; one that went on without a run would keep that run's key busy for ever.
      void inbox.receive((frame) => {
        if (subject?.inbox !== inbox) return;
        if (kindOf(frame) !== 'runs') throw new Error('The subject sent a frame that is none of runs.');
        for (const run of decodeRuns(frame)) begin(run);
      });
    };
    const follow = (peers: Peers) => {
      workerNames = peers.workers.map((worker) => worker.name).filter((name) => peers.roster.includes(name));
      const next = peers.integrationManager;
      if (manager && next?.incarnation === manager.peer.incarnation) manager = { ...manager, peer: next };
      if (next?.incarnation !== manager?.peer.incarnation) {
        // What the old one had not read is gone with it.
        manager?.results.close();
        manager = undefined;
        if (next) {
          const results = new Outbox(frameHeader('results'));
          results.connect(next.results);
          manager = { peer: next, results };
        }
      }
      if (peers.subject && peers.subject.incarnation !== subject?.peer.incarnation) attach(peers.subject);
      if (manager && !manager.peer.isLeaving)
        for (const { run, finished } of held.splice(0)) handOver(run, finished);
    };
    follow(own.peers);
    // After ready: the first observation should not pay for loading its HTTP client, and neither should the start.
    setTimeout(() => void preload(), 1000).unref();
    log.info({ event: 'worker.ready', flows: [...flows.names()] }, 'ready');

    return {
      details: { incarnation },
      onMessage(message) {
        const word = message as SupervisorWord;
        if (word.type === 'peers') follow(word.peers);
      },
      stats: () => ({
        ...counts,
        observations,
        slowest: slowest.list(performance.now()),
        running: runs.size,
        held: held.length,
        rules: flows.reading(),
      }),
      async drain() {
        while (runs.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
        await manager?.results.flushed();
        await subject?.words.flushed();
        await ofProject.drain();
      },
      async close() {
        ofProject.close();
        actors.stop();
        flows.close();
        subject?.inbox.close();
        subject?.words.close();
        manager?.results.close();
        await journal.close();
      },
    };
  },
});

/** A flow that cannot run is left out, or goes on as it was; the log says why, `flow lint` says it better. */
function logRefused(log: Logger, findings: readonly Finding[]): void {
  for (const { severity, file, line, column, code, message } of findings) {
    if (severity !== 'error') continue;
    const event = code.startsWith('component.') ? 'component.refused' : 'flow.refused';
    log.warn({ event, file, line, column, code, err: message }, 'refused');
  }
}
