import { expect, test } from 'vitest';
import { createComponentLog } from '../../../src/worker/component-log.ts';
import { aContext } from '../components/a-context.ts';

test("what a component logs carries the task's fields, which it cannot change", () => {
  const lines: unknown[] = [];
  const line = (level: string) => (fields: object, message: string) => lines.push([level, message, fields]);
  const node = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  const log = createComponentLog(node, { component: 'scales', method: 'weigh' }, aContext().task);
  const task = { flow: 'F', key: 'k', subject: 'n.event.m.d', id: 't1', attempt: 1 };
  const own = { event: 'component.logged', component: 'scales', method: 'weigh', ...task };
  log.info({ grams: 7, id: 'mine', event: 'node.ready' }, 'weighed');
  log.error({}, 'no scales');
  expect(lines).toEqual([
    ['info', 'weighed', { grams: 7, ...own }],
    ['error', 'no scales', own],
  ]);
});
