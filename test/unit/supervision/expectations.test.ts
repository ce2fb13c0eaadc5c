import { expect, test } from 'vitest';
import { createExpectations } from '../../../src/supervision/expectations.ts';

/** What has become of a promise by now. */
async function stateOf(promise: Promise<void>): Promise<string> {
  const said = promise.then(
    () => 'resolved',
    (error: Error) => error.message,
  );
  return Promise.race([
    said,
    Promise.resolve().then(() => new Promise<string>((resolve) => setImmediate(resolve, 'waits'))),
  ]);
}

test('a later life is waited for, not the one that was there', async () => {
  const expected = createExpectations();
  const ready = expected.readyAfter('a', 3);
  expected.noteReady('a', 3);
  expected.noteReady('b', 4);
  expect(await stateOf(ready)).toBe('waits');
  expected.noteReady('a', 5);
  expect(await stateOf(ready)).toBe('resolved');
});

test('an end is waited for; whoever waits for a start of what is gone is told', async () => {
  const expected = createExpectations();
  const [gone, ready, other] = [expected.gone('a'), expected.readyAfter('a', 1), expected.gone('b')];
  expected.noteReady('a', 1);
  expected.noteGone('a');
  expect(await stateOf(gone)).toBe('resolved');
  expect(await stateOf(ready)).toBe('a was taken away.');
  expect(await stateOf(other)).toBe('waits');
});

test('at the end of all nobody waits on', async () => {
  const expected = createExpectations();
  const [gone, ready] = [expected.gone('a'), expected.readyAfter('b', 0)];
  expected.giveUp();
  expect(await stateOf(gone)).toBe('The node stops.');
  expect(await stateOf(ready)).toBe('The node stops.');
});
