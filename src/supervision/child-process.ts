/**
 * The child's end of the fork channel: what the main module of every forked process calls.
 *
 * The supervisor leads: the child ignores the signals that reach its whole process group (Ctrl-C), and exits
 * at once when the channel closes, because a child without its supervisor is an orphan.
 */
import { codeOf, errorCodes, messageOf, type PolarError } from '../model/errors.ts';
import type { FromChild, ToChild } from './channel.ts';
import { watchVitals } from './vitals.ts';

export interface ChildProgram {
  /** Called once. `ready` is reported when it resolves, with its `details`; a throw is reported and ends the process. */
  configure(configuration: unknown, channel: ChildChannel): Promise<ConfiguredChild>;
}

export interface ChildChannel {
  /** Structured-cloned to the supervisor's `onMessage`; never lost by an orderly exit. */
  send(message: unknown): void;
}

export interface ConfiguredChild {
  readonly details: unknown;
  /** Messages that came while configuring are kept and given in order. */
  onMessage?(message: unknown): void;
  /** A few numbers for `status`, asked for with every ping: cheap, JSON. */
  stats?(): unknown;
  /** Resolves when nothing that was begun is unfinished. `restarts` when another life of it follows at once. */
  drain(restarts: boolean): Promise<void>;
  /** Releases what is open; nothing is called afterwards. */
  close(): Promise<void>;
}

const exitOrphaned = 1;
const exitCrashed = 70;

export function runChild(program: ChildProgram): void {
  if (!process.send) throw new Error('This module is the main module of a process that `up` forks.');
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(exitOrphaned));
  // The supervisor may have died while the modules loaded: that 'disconnect' came before anyone listened.
  if (!process.connected) process.exit(exitOrphaned);

  const outbox = createOutbox();
  const readVitals = watchVitals();
  let configured: ConfiguredChild | undefined;
  const early: unknown[] = [];

  async function configure(configuration: unknown): Promise<void> {
    try {
      configured = await program.configure(configuration, {
        send: (body) => outbox.send({ type: 'message', body }),
      });
    } catch (error) {
      return fail(error);
    }
    outbox.send({ type: 'ready', details: configured.details });
    for (const message of early.splice(0)) configured.onMessage?.(message);
  }

  async function fail(error: unknown): Promise<void> {
    const code = codeOf(error);
    if (!code) report('child.configure-crashed', error);
    const hint = (error as PolarError | undefined)?.hint;
    outbox.send({ type: 'failed', code, message: messageOf(error), hint });
    await outbox.flushed();
    process.exit(code ? errorCodes[code].exit : exitCrashed);
  }

  async function exit(): Promise<void> {
    await configured?.close();
    await outbox.flushed();
    process.exit(0);
  }

  process.on('message', (message: ToChild) => {
    switch (message.type) {
      case 'configure':
        void configure(message.configuration);
        break;
      case 'ping':
        outbox.send({ type: 'pong', stats: configured?.stats?.(), vitals: readVitals() });
        break;
      case 'message':
        if (configured) configured.onMessage?.(message.body);
        else early.push(message.body);
        break;
      case 'drain':
        void Promise.resolve(configured?.drain(message.restarts)).then(() =>
          outbox.send({ type: 'drained' }),
        );
        break;
      case 'exit':
        void exit();
        break;
    }
  });
  outbox.send({ type: 'loaded' });
}

/** Counts what Node has not yet handed to the kernel: exiting right after `process.send` can cut a message. */
function createOutbox() {
  let unsent = 0;
  let whenFlushed: (() => void) | undefined;
  return {
    send(message: FromChild): void {
      if (!process.connected) return;
      unsent += 1;
      // An error means that the supervisor is gone, which 'disconnect' answers.
      process.send?.(message, undefined, {}, () => {
        unsent -= 1;
        if (unsent === 0) whenFlushed?.();
      });
    },
    flushed(): Promise<void> {
      if (unsent === 0) return Promise.resolve();
      return new Promise((resolve) => {
        whenFlushed = resolve;
      });
    },
  };
}

function crash(error: unknown): void {
  report('child.crashed', error);
  process.exit(exitCrashed);
}

function report(msg: string, error: unknown): void {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  const err = { code: codeOf(error), message, stack };
  process.stderr.write(
    `${JSON.stringify({ level: 'fatal', time: Date.now(), pid: process.pid, msg, err })}\n`,
  );
}
