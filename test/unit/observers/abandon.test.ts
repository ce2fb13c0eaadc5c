import { expect, it } from 'vitest';
import { createAbandoner } from '../../../src/observers/abandon.ts';

it('leaves hanging work behind, and begins no more of that name until it ends', async () => {
  const abandonable = createAbandoner();
  const stop = new AbortController();
  const hanging = deferred();
  const first = abandonable('/gone', stop.signal, () => hanging.promise);
  stop.abort(new Error('the deadline'));
  await expect(first).rejects.toThrow('the deadline');

  const { signal } = new AbortController();
  let begun = 0;
  const again = () => abandonable('/gone', signal, async () => ++begun);
  expect(await again()).toMatchObject({ kind: 'unreachable', reason: 'timeout' });
  expect(await abandonable('/other', signal, async () => 'seen')).toBe('seen');
  expect(begun).toBe(0);

  hanging.reject(new Error('at last, and of interest to nobody'));
  await hanging.promise.catch(() => {});
  await expect.poll(again).toBe(1);
});

function deferred() {
  let reject: (reason: Error) => void = () => {};
  const promise = new Promise<never>((_, no) => {
    reject = no;
  });
  return { promise, reject };
}
