import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { NodeStatus } from '../../src/topology/node.ts';
import { makeProject, pzm, until } from './command.ts';

const token = 'a-token-of-some-length';
const flows = `
[Gated]
?Gated?Push
Subject?Gated?pass
gate?Gated@PUBLISH?passed
??done
[Straight]
?Straight?Push
Subject?Straight@PUBLISH?passed
??done
[Broken]
?Broken?Push
Subject?Broken?refuse
??done
`;
/** Holds whatever comes until there is a file named "open". */
const gate = `
import { existsSync } from 'node:fs';
import { join } from 'node:path';
const open = join(import.meta.dirname, '..', 'open');
export default {
  async pass(body, { signal }) {
    while (!existsSync(open) && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 50));
    return body;
  },
  refuse() {
    throw new Error('not today');
  },
};
`;

export interface Pushed {
  readonly id: string;
  readonly status: number;
  readonly retryAfter: string | null;
  readonly code?: string;
}

export const isAccepted = (pushed: Pushed) => pushed.status === 202;
/** Told to come again. */
export const isRefused = ({ status, code, retryAfter }: Pushed) =>
  status === 503 && code === 'intake.full' && retryAfter !== null;
export const isHeldUpByNothing = ({ bottleneck: now }: NodeStatus) => now === null;

type Named = NonNullable<NodeStatus['bottleneck']>;

/** A node in the background whose flow `Gated` ends when the gate is opened, and not before. */
export class GatedNode {
  readonly project = makeProject({
    'flows/own.ini': flows,
    'actionmappings/own.ini': '[actionmapping]\n??pass = gate.pass\n??refuse = gate.refuse\n',
    'package.json': '{"type":"module"}',
    'gateway.token': token,
  });
  readonly folder = this.project.folder;
  gateway = '';

  constructor() {
    mkdirSync(join(this.folder, 'components'));
    writeFileSync(join(this.folder, 'components/gate.js'), gate);
    this.writePolicy('us');
  }

  async start(options: { topology?: string; maxPending?: number; more?: string } = {}): Promise<void> {
    const { topology = '', maxPending = 40, more = '' } = options;
    writeFileSync(
      join(this.folder, 'polar.ini'),
      `[node]\nname = anna\n[run]\ndir = run\n[topology]\nworkers = 2\n${topology}\n` +
        `[push]\nmax_pending = ${maxPending}\nmax_attempts = 1\n` +
        `[gateway]\nlisten = 127.0.0.1:0\ntoken = \${file:gateway.token}\n${more}`,
    );
    expect(await pzm(['up', '-d'], this.folder)).toMatchObject({ code: 0 });
    this.gateway = (await this.status()).gateway ?? '';
  }

  async end(): Promise<void> {
    await pzm(['down'], this.folder);
    this.project.remove();
  }

  writePolicy(owner: string): void {
    writeFileSync(join(this.folder, 'policies/none.ini'), `[policy]\nowner = ${owner}\n`);
  }

  open(): void {
    writeFileSync(join(this.folder, 'open'), '');
  }

  async push(flow: string, id: string, body = '{}', query = '', key = id): Promise<Pushed> {
    const url = `${this.gateway}/push/${flow}?id=${id}&key=anna.command.do.${key}${query}`;
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(url, { method: 'POST', headers, body });
    const answer = (await response.json()) as { code?: string };
    return { ...answer, id, status: response.status, retryAfter: response.headers.get('retry-after') };
  }

  async status(): Promise<NodeStatus> {
    const { stdout } = await pzm(['status', '--format', 'json'], this.folder);
    return JSON.parse(stdout) as NodeStatus;
  }

  /** Asks until there is such a bottleneck. */
  async bottleneck(holds: (found: Named) => boolean): Promise<Named> {
    const found = await until(
      () => this.status(),
      ({ bottleneck: now }) => Boolean(now && holds(now)),
      60_000,
    );
    return found.bottleneck as Named;
  }

  async addsUp(): Promise<void> {
    const { code, stdout } = await pzm(['audit'], this.folder);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^lost +0$/m)]);
  }

  /** Of each process, bytes that are its own: pages of the journal that it reads are not among them. */
  async memories(): Promise<Record<string, number>> {
    const { processes } = await this.status();
    return Object.fromEntries(
      processes.map(({ name, pid }) => [name, pid === undefined ? 0 : memoryOf(pid)]),
    );
  }
}

function memoryOf(pid: number): number {
  try {
    const [, kib] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) * 1024;
  } catch {
    // It has ended since it was named.
    return 0;
  }
}
