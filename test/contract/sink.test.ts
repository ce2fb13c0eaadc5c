import { expect, it } from 'vitest';
import { createTerminalSink } from '../../src/bridge/terminal-sink.ts';
import { openScriptedSink } from './sink/scripted.ts';
import { openTerminalSink, Terminal } from './sink/terminal.ts';
import { anEvent, describeSink } from './sink.ts';

describeSink({ name: 'terminal', open: openTerminalSink });
// The one that delivery is tested with: it must be a sink itself.
describeSink({ name: 'scripted', open: openScriptedSink });

it('a terminal that nobody reads any more takes everything: a closed pipe is no fault', async () => {
  const terminal = new Terminal();
  const sink = createTerminalSink(terminal, { format: 'jsonl', colour: false });
  await sink.write(anEvent(1), 1);
  terminal.destroy(Object.assign(new Error('nobody reads'), { code: 'EPIPE' }));
  await sink.write(anEvent(2), 1);
  await sink.write(anEvent(3), 1);
  expect(terminal.lines).toHaveLength(1);
});

it('a terminal in words leaves out the first policy: the line that says "ready" names it', async () => {
  const terminal = new Terminal();
  const sink = createTerminalSink(terminal, { format: 'text', colour: false });
  const stamp = { revision: '3f9c1e', hash: '3f9c1e'.padEnd(64, '0') };
  const files = { added: ['http:shop'], changed: [], retired: [], files: [] };
  const applied = (sequence: number, before: string | null) =>
    anEvent(sequence, { type: 'polar.policy.applied', data: { ...stamp, ...files, before } });
  await sink.write(applied(1, null), 1);
  expect(terminal.lines).toEqual([]);
  await sink.write(applied(2, 'aaaaaa'), 1);
  expect(terminal.lines.length).toBeGreaterThan(0);
});
