import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SetAsideLine } from '../../src/cli/set-aside.ts';
import { readJournal } from '../../src/journal/follow.ts';
import { openJournalReader } from '../../src/journal/lmdb/reader.ts';
import { eventOf } from '../../src/journal/record-event.ts';
import type { CloudEvent } from '../../src/model/cloud-event.ts';
import { type Finished, makeProject, pzm } from '../e2e/command.ts';
import { type BridgeStatus, bridgeStatusIn } from './bridge-status.ts';
import type { Broker } from './broker.ts';
import { type Pushes, pushedFlow, startPushes } from './pushes.ts';
import { until } from './waiting.ts';

/** A node by the built command, which delivers to a vhost, and whom nothing but the vhost stands in the way of. */
export interface DeliveringNode {
  readonly folder: string;
  pzm(...args: string[]): Promise<Finished>;
  push(): Pushes;
  /** What `status bridge` says of the sink, and of the process that it is in. */
  status(): Promise<BridgeStatus>;
  /** Asks for the status until it is so, and gives the one that was. */
  told(what: string, holds: (status: BridgeStatus) => boolean): Promise<BridgeStatus>;
  /** What `dlq list` shows of events. */
  setAside(): Promise<SetAsideLine[]>;
  /** `dlq retry`, of all unless these are named. */
  retry(...ids: string[]): Promise<void>;
  /** Every event of the journal up to now. */
  journaled(): Promise<CloudEvent[]>;
  close(): Promise<void>;
}

export interface DeliveringNodeOptions {
  readonly vhost: string;
  /** Where it finds the broker: a proxy, or the broker's own. */
  readonly port: number;
  /** Lines of `[broker]`. */
  readonly settings?: readonly string[];
}

export async function openDeliveringNode(
  { ca, certificates: { client } }: Broker,
  { vhost, port, settings = [] }: DeliveringNodeOptions,
): Promise<DeliveringNode> {
  const project = makeProject(pushedFlow);
  const { folder } = project;
  const broker = [
    '[broker]',
    `url = amqps://localhost:${port}/${vhost}`,
    `ca = ${ca}`,
    `cert = ${client.cert}`,
    `key = ${client.key}`,
    ...settings,
  ];
  appendFileSync(join(folder, 'polar.ini'), `${broker.join('\n')}\n`);
  const pushes: Pushes[] = [];
  const run = (...args: string[]) => pzm(args, folder);
  const status = async () => bridgeStatusIn(await run('status', 'bridge', '--format', 'json'));
  const close = async () => {
    for (const each of pushes) await each.stop().catch(() => {});
    await run('down');
    project.remove();
  };
  const up = await run('up', '-d');
  if (up.code !== 0) {
    await close();
    throw new Error(`pzm up -d: ${up.stderr}`);
  }
  return {
    folder,
    pzm: run,
    push() {
      const started = startPushes(join(folder, 'run'));
      pushes.push(started);
      return started;
    },
    status,
    async told(what, holds) {
      let last: BridgeStatus | undefined;
      const ask = async () => {
        last = await status();
        return holds(last);
      };
      await until(`status bridge says that ${what}`, ask).catch((error: Error) => {
        throw new Error(`${error.message} It said: ${JSON.stringify(last)}`);
      });
      return last as BridgeStatus;
    },
    async setAside() {
      const { stdout } = await run('dlq', 'list', '--most', '100000', '--format', 'json');
      return (JSON.parse(stdout) as SetAsideLine[]).filter(({ kind }) => kind === 'event');
    },
    async retry(...ids) {
      const { code, stdout, stderr } = await run('dlq', 'retry', ...(ids.length === 0 ? ['--all'] : ids));
      if (code !== 0) throw new Error(`pzm dlq retry: ${code} ${stdout} ${stderr}`);
    },
    async journaled() {
      const reader = openJournalReader(join(folder, '.polar', 'journal'));
      try {
        const info = reader.info();
        return [...readJournal(reader, 1)].map((record) => eventOf(record, info));
      } finally {
        await reader.close();
      }
    },
    close,
  };
}
