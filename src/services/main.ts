import { join } from 'node:path';
import { openJournalReader } from '../journal/lmdb/reader.ts';
import { createWake } from '../journal/wake.ts';
import { policyManagerName, taskManagerName } from '../model/actor-names.ts';
import { messageOf } from '../model/errors.ts';
import { formatSubjectName } from '../model/subject-name.ts';
import type { PolicyStanding, Tasking } from '../model/tasking.ts';
import { runChild } from '../supervision/child-process.ts';
import { createLogger } from '../telemetry/log.ts';
import { createTraceparent } from '../telemetry/trace.ts';
import type {
  ChildConfiguration,
  ManagerPeer,
  Peers,
  ServicesWord,
  SupervisorWord,
} from '../topology/wire.ts';
import { Listener } from '../transport/bell.ts';
import { decodeReceipts, receiptTopic } from '../transport/word-frame.ts';
import { watchPolicies } from './policy-watch.ts';
import { createSchedule, nextDueAt, setTasking, takeDue } from './scheduler.ts';
import { createSource, createSubjectLine } from './source.ts';
import { observeFlow } from './tick-template.ts';

const lookUpEveryMs = 1000;

/** Turns the outside into tasks: ticks, changes of policy, pushes. Runs no action itself. */
runChild({
  async configure(configuration, channel) {
    const own = configuration as ChildConfiguration;
    const { name, node, dataDir, projectDir, settings } = own;
    const log = createLogger({ role: 'services', name, dataDir, level: settings.logLevel });
    const journal = openJournalReader(join(dataDir, 'journal'));
    const abort = new AbortController();
    const line = createSubjectLine();
    const ticks = createSource('scheduler', line);
    const policies = createSource('policy-watch', line);
    const sources = [ticks, policies];
    const schedule = createSchedule(node);
    const wake = createWake();
    const counts = { ticks: 0, policyPushes: 0 };
    const policyKey = formatSubjectName({ node, kind: 'command', method: 'apply', domain: 'policies' });
    let manager: ManagerPeer | undefined;
    let listener: Listener | undefined;
    let isDraining = false;

    const markOf = (source: string) => (key: string) => journal.keyRow(key)?.marks[source];
    const lookUp = () => {
      for (const source of sources) source.lookUp(markOf(source.name));
      followTasking();
    };

    // ── what is observed: the Task Manager's row ──
    let taskingVersion = 0;
    let standingVersion = 0;
    const followTasking = () => {
      const row = journal.stateRow(taskManagerName, policyKey);
      if (row && row.version !== taskingVersion) {
        taskingVersion = row.version;
        const tasking = JSON.parse(row.value.toString()) as Tasking;
        setTasking(schedule, tasking, markOf('scheduler'), Date.now());
        wake.ring();
      }
      const standing = journal.stateRow(policyManagerName, policyKey);
      if (standing && standing.version !== standingVersion) {
        standingVersion = standing.version;
        announcePolicy(JSON.parse(standing.value.toString()) as PolicyStanding);
      }
    };
    const announcePolicy = ({ inForce, refused }: PolicyStanding) => {
      const targets = schedule.entries.size;
      const { revision, hash } = inForce ?? { revision: '', hash: '' };
      channel.send({
        type: 'policy',
        revision,
        hash,
        targets,
        refused: refused !== null,
      } satisfies ServicesWord);
    };

    // ── ticks ──
    const tick = async () => {
      while (!abort.signal.aborted) {
        const now = Date.now();
        for (const due of isDraining || !ticks.hasRoom() ? [] : takeDue(schedule, now, ticks.isOutstanding)) {
          counts.ticks++;
          ticks.send({ ...due, flow: observeFlow, id: '', policy: '', traceparent: createTraceparent() });
        }
        const next = nextDueAt(schedule);
        await wake.wait(
          Math.min(lookUpEveryMs, Math.max(1, (next ?? Number.POSITIVE_INFINITY) - now)),
          abort.signal,
        );
      }
    };

    // ── policies ──
    const watch = async () => {
      const onProblem = (error: unknown) =>
        log.warn({ event: 'policies.unreadable', err: messageOf(error) }, 'policies unreadable');
      for await (const { files, findings, hash } of watchPolicies(join(projectDir, 'policies'), {
        signal: abort.signal,
        onProblem,
      })) {
        if (isDraining) return;
        counts.policyPushes++;
        const body = Buffer.from(JSON.stringify({ files, findings }));
        const number = Math.max(Date.now(), (markOf('policy-watch')(policyKey) ?? 0) + 1);
        const traceparent = createTraceparent();
        policies.send({
          flow: 'ApplyPolicies',
          key: policyKey,
          number,
          group: '',
          deadline: 0,
          policy: hash,
          traceparent,
          id: '',
          body,
        });
      }
    };

    const follow = (peers: Peers) => {
      line.attach(peers.subject, () => {
        for (const source of sources) source.resend();
      });
      const next = peers.integrationManager;
      if (!next || next.incarnation === manager?.incarnation) return;
      manager = next;
      listener?.close();
      listener = new Listener(next.events, [receiptTopic]);
      void listener.receive(({ body }) => {
        const receipts = decodeReceipts(body);
        for (const source of sources) source.receive(receipts);
        if (receipts.some(({ key }) => key === policyKey)) followTasking();
      });
      lookUp();
    };
    follow(own.peers);
    const timer = setInterval(lookUp, lookUpEveryMs);
    void tick();
    void watch();
    log.info({ event: 'services.ready' }, 'ready');

    return {
      details: {},
      onMessage(message) {
        const word = message as SupervisorWord;
        if (word.type === 'peers') follow(word.peers);
      },
      stats: () => ({ ...counts, outstanding: sources.reduce((sum, source) => sum + source.size(), 0) }),
      async drain() {
        isDraining = true;
        while (sources.some((source) => source.size() > 0))
          await new Promise((resolve) => setTimeout(resolve, 10));
      },
      async close() {
        abort.abort();
        clearInterval(timer);
        listener?.close();
        line.close();
        await journal.close();
      },
    };
  },
});
