import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { journalDir, loadProject, type Project } from '../../../src/config/project.ts';
import type { JournalRecord } from '../../../src/journal/batch.ts';
import { readJournal } from '../../../src/journal/follow.ts';
import type { JournalReader } from '../../../src/journal/journal.ts';
import { openJournalReader } from '../../../src/journal/lmdb/reader.ts';
import { eventOf } from '../../../src/journal/record-event.ts';
import { stateManagerName } from '../../../src/model/actor-names.ts';
import type { CloudEvent } from '../../../src/model/cloud-event.ts';
import type { TargetState } from '../../../src/model/target-state.ts';
import type { ProcessSnapshot } from '../../../src/supervision/process-supervisor.ts';
import type { RunningNode } from '../../../src/topology/node.ts';

/** The built one: its processes are forked from there. */
const built = new URL('../../../dist/topology/node.js', import.meta.url).href;
const { startNode } = (await import(built)) as typeof import('../../../src/topology/node.ts');

/** A project in a folder of its own, with the node that runs on it. */
export class House {
  readonly folder = mkdtempSync(join(tmpdir(), 'pzm-house-'));
  readonly project: Project;
  #node: RunningNode | undefined;
  #journal: JournalReader | undefined;

  constructor(files: Readonly<Record<string, string>>) {
    for (const name of ['policies', 'flows', 'actionmappings']) mkdirSync(join(this.folder, name));
    this.write('polar.ini', '[node]\nname = anna\n[run]\ndir = run\n');
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    this.project = loadProject(this.folder);
  }

  get node(): RunningNode {
    if (!this.#node) throw new Error('The node was not started.');
    return this.#node;
  }

  get journal(): JournalReader {
    this.#journal ??= openJournalReader(journalDir(this.project));
    return this.#journal;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  async start(): Promise<void> {
    this.#node = await this.startAnother();
  }

  startAnother(): Promise<RunningNode> {
    return startNode({ project: this.project, sinks: [], version: 'test' });
  }

  async stop(): Promise<void> {
    await this.#node?.stop();
    this.#node = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.#journal?.close();
    rmSync(this.folder, { recursive: true });
  }

  processNamed(name: string): ProcessSnapshot {
    return this.node.status().processes.find((process) => process.name === name)!;
  }

  /** Numbers that a process tells of itself with each pong. */
  statsOf(name: string): Readonly<Record<string, unknown>> {
    return (this.processNamed(name).stats ?? {}) as Readonly<Record<string, unknown>>;
  }

  /** How many observations of a target are journaled. */
  made(target: string): number {
    const row = this.journal.stateRows(stateManagerName).find(({ value }) => {
      return (JSON.parse(value.toString()) as TargetState).target.name === target;
    });
    return row ? (JSON.parse(row.value.toString()) as TargetState).made : 0;
  }

  records(): JournalRecord[] {
    return [...readJournal(this.journal, 1)];
  }

  events(): CloudEvent[] {
    const info = this.journal.info();
    return this.records().map((record) => eventOf(record, info));
  }
}

export function until(holds: () => boolean, timeout = 10_000): Promise<void> {
  return vi.waitFor(() => expect(holds(), holds.toString()).toBe(true), { timeout, interval: 10 });
}

export function shop(url: string, more = ''): string {
  return `[http:shop]\nurl = ${url}/health\nevery = 200ms\nexpect.status = 200\n${more}`;
}
