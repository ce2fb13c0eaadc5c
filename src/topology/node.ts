import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { readBrokerCredentials } from '../config/broker-files.ts';
import type { Project } from '../config/project.ts';
import type { PolarError } from '../model/errors.ts';
import { type ProcessSnapshot, ProcessSupervisor } from '../supervision/process-supervisor.ts';
import { type Vitals, watchVitals } from '../supervision/vitals.ts';
import { rotateLog } from '../telemetry/rotate-log.ts';
import { type Bottleneck, bottleneckOf } from './bottleneck.ts';
import { type ControlAnswers, listenForControl } from './control-server.ts';
import { controlPath, gatewayPath } from './endpoints.ts';
import { requireGateway } from './gateway-check.ts';
import { takeLock } from './lock.ts';
import { createOrders } from './orders.ts';
import { byStage, drainOrder, isWorker, specsOf, workerNames } from './processes.ts';
import { createRegister } from './register.ts';
import { createReload, type Reloaded, type Reread } from './reload.ts';
import { prepareRunDirectory, removeRunDirectory } from './run-directory.ts';
import type {
  ChildConfiguration,
  ManagerWord,
  ServicesWord,
  SinkChoice,
  SubjectWord,
  TerminalChoice,
} from './wire.ts';

export interface NodeOptions {
  readonly project: Project;
  /** Reads the project's files again; without it `reload` is refused. */
  readonly reread?: Reread;
  readonly sinks: readonly SinkWish[];
  readonly version: string;
}

/** Where events are to go besides the broker that the settings name; without any they stay in the journal. */
export type SinkWish = TerminalChoice;

export interface PolicyInForce {
  readonly revision: string;
  readonly hash: string;
  readonly targets: number;
  /** The newest set was refused, and this older one stays. */
  readonly refused: boolean;
}

export interface NodeStatus {
  readonly node: string;
  readonly version: string;
  readonly project: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly policy: PolicyInForce | null;
  /** Where tasks go in and where the bell rings now; they change with every life of their process. */
  readonly endpoints: { readonly intake?: string; readonly subject?: string; readonly events?: string };
  /** Where pushes are taken over HTTP besides the socket, e.g. `http://127.0.0.1:8080`; null when nowhere. */
  readonly gateway: string | null;
  /** What holds it up; null when nothing does. */
  readonly bottleneck: Bottleneck | null;
  readonly processes: readonly ProcessSnapshot[];
}

export interface Drained {
  readonly drainedMs: number;
  /** Tasks that wait for the next start; nothing of them is lost. */
  readonly inFlight: number;
}

export interface RunningNode {
  status(): NodeStatus;
  /** Undefined until the first set was applied. */
  policy(): PolicyInForce | undefined;
  /** @throws reload.refused, control.refused, node.busy, and what the files' settings lead to */
  reload(): Promise<Reloaded>;
  stop(): Promise<Drained>;
  /** Resolves when the node has ended: with the reason of an escalation, or undefined after a stop. */
  readonly ended: Promise<PolarError | undefined>;
}

const firstPolicyWithinMs = 5000;

/**
 * Starts a node: takes the project's lock, prepares the run directory, forks the processes, and resolves when all
 * are ready and the policies have been read once. What is begun here is ended by `stop`.
 * @throws node.locked, io.unwritable, secret.unavailable, io.failed, broker.tls-failed, node.start-failed, or what a process said of its failed start
 */
export async function startNode({ project, reread, sinks, version }: NodeOptions): Promise<RunningNode> {
  const startedAt = Date.now();
  const { runDir, dataDir, node, settings } = project;
  let current = project;
  await requireGateway(settings.gateway, project.root);
  // What is missing already would keep the bridge from ever delivering.
  if (settings.broker) readBrokerCredentials(settings.broker, project.root);
  const [controlSocket, gatewaySocket] = [controlPath(runDir), gatewayPath(runDir)];
  const lock = takeLock(dataDir, { pid: process.pid, startedAt, version, controlSocket, gatewaySocket });
  let control: Server | undefined;
  const release = () => {
    control?.close();
    removeRunDirectory(runDir);
    lock.release();
  };
  try {
    prepareRunDirectory(runDir);
    rotateLog(dataDir);
  } catch (error) {
    lock.release();
    throw error;
  }

  const register = createRegister(randomBytes(2).toString('hex'), workerNames(settings.workers));
  const readVitals = watchVitals();
  const controlAnswers: ControlAnswers = {};
  let policy: PolicyInForce | undefined;
  let inFlight = 0;
  let stopping: Promise<Drained> | undefined;
  const ended = createPromise<PolarError | undefined>();
  const firstPolicy = createPromise<void>();

  const supervisor: ProcessSupervisor = new ProcessSupervisor(specsOf(settings.workers), {
    configurationOf(name, life): ChildConfiguration {
      const incarnation = register.begin(name, life);
      if (isWorker(name)) announce();
      return {
        name,
        incarnation,
        version,
        node,
        startedAt,
        runDir,
        dataDir,
        productDir: fileURLToPath(new URL('../../', import.meta.url)),
        projectDir: project.root,
        settings: current.settings,
        sinks: [
          ...sinks.map((sink) => ({ ...sink, after: register.firstSequence() - 1 })),
          ...brokerSinks(current),
        ],
        peers: register.peers(),
      };
    },
    onReady({ name, details }) {
      register.ready(name, details);
      announce();
    },
    onExit({ name, code, signal, expected }) {
      const gone = register.end(name);
      if (gone && isWorker(name)) {
        orders.noteIdle(gone);
        supervisor.send('subject', {
          type: 'worker.gone',
          worker: name,
          incarnation: gone,
          reason: signal ?? `exit ${code}`,
          expected,
        });
      }
      announce();
    },
    onMessage(name, body) {
      const word = body as ServicesWord | ManagerWord | SubjectWord;
      if (name === 'services' && word.type === 'policy') {
        policy = { revision: word.revision, hash: word.hash, targets: word.targets, refused: word.refused };
        firstPolicy.resolve();
      }
      if (name === 'integration-manager' && word.type === 'journal') {
        register.setFull(word.full);
        announce();
      }
      if (name === 'subject' && word.type === 'in-flight') inFlight = word.tasks;
      if (name === 'subject' && word.type === 'worker.idle') orders.noteIdle(word.incarnation);
    },
    onEscalate(reason) {
      release();
      ended.resolve(reason);
    },
  });
  const announce = () => supervisor.broadcast({ type: 'peers', peers: register.peers() });
  const orders = createOrders({ supervisor, register, announce, workers: settings.workers });
  const reload = createReload({
    ...{ orders, reread, policy: () => policy, snapshot: () => supervisor.snapshot() },
    current: () => current,
    follow(next) {
      current = next;
    },
  });

  const status = (): NodeStatus => {
    const own = ownSnapshot(readVitals(), { answers: controlAnswers });
    const processes = [own, ...supervisor.snapshot().toSorted(byStage)];
    return {
      node,
      version,
      project: project.root,
      pid: process.pid,
      startedAt,
      policy: policy ?? null,
      endpoints: register.endpoints(),
      gateway: register.gateway() ?? null,
      bottleneck: bottleneckOf(processes, Date.now()) ?? null,
      processes,
    };
  };
  const stop = (): Promise<Drained> => {
    stopping ??= (async () => {
      const begun = performance.now();
      await supervisor.drain(drainOrder(orders.roster()));
      release();
      ended.resolve(undefined);
      return { drainedMs: performance.now() - begun, inFlight };
    })();
    return stopping;
  };

  try {
    const started = supervisor.start();
    control = await listenForControl(
      controlSocket,
      {
        'GET /status': async () => status(),
        'POST /down': stop,
        'POST /restart': (query) => orders.restart(query.get('process') ?? ''),
        'POST /reload': reload,
        'POST /scale': async (query) => orders.scale(Number(query.get('workers') ?? Number.NaN)),
      },
      controlAnswers,
    );
    await started;
  } catch (error) {
    await supervisor.drain();
    release();
    throw error;
  }
  await Promise.race([firstPolicy.promise, ended.promise, delay(firstPolicyWithinMs)]);
  return { status, policy: () => policy, reload, stop, ended: ended.promise };
}

/** All that the journal has goes there. */
function brokerSinks({ settings: { broker }, root }: Project): SinkChoice[] {
  return broker ? [{ kind: 'amqp', broker, baseDir: root, after: 0 }] : [];
}

function ownSnapshot(vitals: Vitals, stats: { readonly answers: ControlAnswers }): ProcessSnapshot {
  return {
    name: 'supervisor',
    role: 'supervisor',
    pid: process.pid,
    state: 'ready',
    restarts: 0,
    incarnation: 1,
    stats,
    vitals,
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function createPromise<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
