import { join } from 'node:path';
import { ActorSystem } from '../actors/actor-system.ts';
import { createComponents, methodsOf } from '../actors/components.ts';
import { probeComponents } from '../components/probe.ts';
import { followFlows } from '../flows/follow-flows.ts';
import { openJournalReader } from '../journal/lmdb/reader.ts';
import { stateManagerName } from '../model/actor-names.ts';
import { orderFlows } from '../model/own-flows.ts';
import { formatSubjectName } from '../model/subject-name.ts';
import type { TargetState } from '../model/target-state.ts';
import { observerKinds } from '../observers/kinds.ts';
import { runChild } from '../supervision/child-process.ts';
import { createLogger } from '../telemetry/log.ts';
import type {
  ChildConfiguration,
  JournalFull,
  ManagerPeer,
  Peers,
  ServicesDetails,
  SupervisorWord,
} from '../topology/wire.ts';
import { Listener } from '../transport/bell.ts';
import { decodeReceipts, receiptTopic } from '../transport/word-frame.ts';
import { createAgeWatch } from './age-watch.ts';
import { agingSource } from './aging.ts';
import { closingSource, tellStop } from './closing.ts';
import { expirySource, pushOverdue } from './expiry.ts';
import { followTasking } from './follow-tasking.ts';
import { openGateways } from './gateways.ts';
import { whyClosed } from './intake-gate.ts';
import { policyWatchSource, pushPolicies } from './policy-source.ts';
import { createPushes } from './pushes.ts';
import { createSource, createSubjectLine } from './source.ts';
import { startTicking } from './ticking.ts';

const lookUpEveryMs = 1000;
/** Of the ten seconds that a process has to drain: with a full disk, or a target that hangs, nothing is settled. */
const tellStopWithinMs = 5000;

/** Turns the outside into tasks: ticks, changes of policy, pushes. Runs no action itself. */
runChild({
  async configure(configuration, channel) {
    const own = configuration as ChildConfiguration;
    const { name, node, dataDir, projectDir, productDir, settings } = own;
    const { maxPending, maxBodyBytes } = settings;
    const log = createLogger({ role: 'services', name, dataDir, level: settings.logLevel });
    const journal = openJournalReader(join(dataDir, 'journal'));
    const abort = new AbortController();
    const markOf = (source: string) => (key: string) => journal.keyRow(key)?.marks[source];
    const policyKey = formatSubjectName({ node, kind: 'command', method: 'apply', domain: 'policies' });
    const line = createSubjectLine();
    const ticks = createSource('scheduler', line);
    const policies = createSource(policyWatchSource, line);
    let isStopping = false;
    let journalFull: JournalFull | null = null;
    const pushes = createPushes(line, {
      node,
      markOf: markOf('gateway'),
      isKnown: (id) => journal.outcomeOf(id) !== undefined,
      whyClosed: (flow) =>
        whyClosed({
          isStopping,
          journalFull,
          isOrder: orderFlows.has(flow),
          pending: journal.info().pending,
          maxPending,
        }),
    });
    const expiry = createSource(expirySource, line);
    const ages = createSource(agingSource, line);
    const ageWatch = createAgeWatch(node, ages, markOf(agingSource), (key) => {
      const found = journal.stateRow(stateManagerName, key);
      return found && (JSON.parse(found.value.toString()) as TargetState);
    });
    const closing = createSource(closingSource, line);
    const sources = [ticks, policies, ages, pushes.source, expiry];
    const all = [...sources, closing];
    const ticking = startTicking(node, ticks, markOf('scheduler'));

    const followed = followTasking({
      journal,
      policyKey,
      onTasking(tasking) {
        ageWatch.follow(tasking);
        void ticking.follow(tasking);
      },
      onStanding: (word) => channel.send(word),
    });
    const builtIn = methodsOf(createComponents({ kinds: observerKinds, actors: new ActorSystem() }));
    const ofProject = probeComponents(projectDir, new Set(builtIn.keys())).known;
    const known = new Map([...builtIn, ...ofProject]);
    // What is wrong with a flow, the workers' log says.
    const flows = followFlows({ productDir, projectDir, known, onRead: () => {} });
    const settledChecks = new Set<() => void>();
    const gateways = await openGateways(own, {
      node,
      maxBodyBytes,
      admit: pushes.admit,
      targets: followed.tasking,
      flows: flows.names,
      parkedRow: (correlationId) => journal.parkedRow(correlationId),
      outcomeOf: (id) => journal.outcomeOf(id),
      onSettled(check) {
        settledChecks.add(check);
        return () => settledChecks.delete(check);
      },
    });

    const look = () => {
      for (const source of all) source.lookUp(markOf(source.name));
      followed.look();
      if (!isStopping) ageWatch.look();
      for (const check of settledChecks) check();
      if (isStopping) return;
      const overdue = (time: number, most: number) => journal.parkedUntil(time, most);
      pushOverdue({ source: expiry, overdue, markOf: markOf(expirySource), now: Date.now() });
    };
    let manager: ManagerPeer | undefined;
    let listener: Listener | undefined;
    const follow = (peers: Peers) => {
      line.attach(peers.subject, () => {
        for (const source of all) source.resend();
      });
      const next = peers.integrationManager;
      journalFull = next?.full ?? null;
      if (!next || next.incarnation === manager?.incarnation) return;
      manager = next;
      listener?.close();
      listener = new Listener(next.events, [receiptTopic]);
      void listener.receive(({ body }) => {
        const receipts = decodeReceipts(body);
        for (const source of all) source.receive(receipts);
        if (receipts.some(({ key }) => key === policyKey)) followed.look();
        for (const check of settledChecks) check();
      });
      look();
    };
    follow(own.peers);
    const timer = setInterval(look, lookUpEveryMs);
    const watching = pushPolicies({
      source: policies,
      projectDir,
      key: policyKey,
      markOf: markOf(policyWatchSource),
      log,
      signal: abort.signal,
    });
    log.info({ event: 'services.ready' }, 'ready');

    return {
      details: { ...(gateways.url !== undefined && { gateway: gateways.url }) } satisfies ServicesDetails,
      onMessage(message) {
        const word = message as SupervisorWord;
        if (word.type === 'peers') follow(word.peers);
      },
      stats: () => ({
        ticks: ticking.sent(),
        targets: ticking.targets(),
        outstanding: all.reduce((sum, source) => sum + source.size(), 0),
        maxPending,
        unaccepted: pushes.source.size(),
        takesPushes: pushes.source.hasRoom(),
        answers: gateways.answers(),
        rules: flows.reading(),
      }),
      async drain(restarts) {
        ticking.stop();
        isStopping = true;
        abort.abort();
        await watching;
        const tasking = followed.tasking();
        // With another life of the services at once, nobody looks at anything less.
        const told =
          !restarts &&
          tasking &&
          tellStop({
            source: closing,
            node,
            tasking,
            skipped: ticking.skipped,
            markOf: markOf(closingSource),
            pending: () => journal.info().pending,
            now: Date.now(),
            signal: AbortSignal.timeout(tellStopWithinMs),
          });
        while (sources.some((source) => source.size() > 0))
          await new Promise((resolve) => setTimeout(resolve, 10));
        await told;
      },
      async close() {
        abort.abort();
        clearInterval(timer);
        flows.close();
        await gateways.close();
        listener?.close();
        line.close();
        await journal.close();
      },
    };
  },
});
