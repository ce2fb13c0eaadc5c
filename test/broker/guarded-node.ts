import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SinkReport } from '../../src/cli/delivery-text.ts';
import { type Finished, makeProject, pzm } from '../e2e/command.ts';
import type { Pair } from './broker.ts';
import { until } from './waiting.ts';

/** A node whose credentials lie in files that a test may change while it runs. */
export interface GuardedNode {
  readonly folder: string;
  /** Everything that its commands have printed. */
  readonly printed: readonly string[];
  pzm(...args: string[]): Promise<Finished>;
  write(file: CredentialFile, text: string): void;
  copy(file: CredentialFile, path: string): void;
  copyPair(pair: Pair): void;
  /** Asks `pzm status bridge` until it is so, and gives what it said of the sink. */
  told(what: string, holds: (sink: SinkReport) => boolean): Promise<SinkReport>;
  /** Lines of the log that the bridge has written. */
  bridgeLog(): BridgeLine[];
  close(): Promise<void>;
}

export type CredentialFile = 'ca.pem' | 'client.pem' | 'client.key' | 'password';

export interface BridgeLine {
  readonly event: string;
  readonly err?: { readonly code: string; readonly message: string };
}

export interface GuardedNodeOptions {
  /** Lines of `[broker]`. */
  readonly settings: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Each push becomes one event. */
const noteFlow = {
  'flows/note.ini': '[Note]\n?Note?Push\nSubject?Note?keep\nRelay?Note@PUBLISH?noted\n??done\n',
  'actionmappings/note.ini': '[actionmapping]\nSubject?Note?keep = Relay.pass\n',
} as const;

/** The project alone: its files are to be filled before `start`. */
export function makeGuardedNode({ settings, env = {} }: GuardedNodeOptions): GuardedNode & {
  start(): Promise<void>;
} {
  const project = makeProject(noteFlow);
  const { folder } = project;
  appendFileSync(join(folder, 'polar.ini'), `[broker]\n${settings.join('\n')}\n`);
  const printed: string[] = [];
  const run = async (...args: string[]) => {
    const finished = await pzm(args, folder, env);
    printed.push(finished.stdout, finished.stderr);
    return finished;
  };
  const write = (file: CredentialFile, text: string) => writeFileSync(join(folder, file), text);
  const copy = (file: CredentialFile, path: string) => copyFileSync(path, join(folder, file));
  const sinkNow = async () => {
    const { stdout } = await run('status', 'bridge', '--format', 'json');
    const { processes } = JSON.parse(stdout || '{"processes":[]}') as {
      processes: readonly { readonly stats?: { readonly sinks?: readonly SinkReport[] } }[];
    };
    return processes[0]?.stats?.sinks?.find(({ name }) => name === 'amqp');
  };
  return {
    folder,
    printed,
    pzm: run,
    write,
    copy,
    copyPair({ cert, key }) {
      copy('client.pem', cert);
      copy('client.key', key);
    },
    async start() {
      const { code, stderr } = await run('up', '-d');
      if (code !== 0) throw new Error(`pzm up -d: ${stderr}`);
    },
    async told(what, holds) {
      let last: SinkReport | undefined;
      const ask = async () => {
        last = await sinkNow();
        return last !== undefined && holds(last);
      };
      await until(`status bridge says that ${what}`, ask).catch((error: Error) => {
        throw new Error(`${error.message} It said: ${JSON.stringify(last)}`);
      });
      return last as SinkReport;
    },
    bridgeLog() {
      return readFileSync(join(folder, '.polar', 'logs', 'polar.log'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as BridgeLine & { role: string })
        .filter(({ role }) => role === 'bridge');
    },
    async close() {
      await run('down');
      project.remove();
    },
  };
}
