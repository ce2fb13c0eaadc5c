import { describe, expect, it } from 'vitest';
import { checkFreeBytes } from '../../../src/doctor/folders.ts';
import { checkClock, checkDescriptors, checkMachine, checkNodeVersion } from '../../../src/doctor/machine.ts';

const now = Date.UTC(2026, 0, 1);

describe('the machine', () => {
  it('that runs these tests is good enough', async () => {
    const errors = (await checkMachine(Date.now())).filter(({ state }) => state === 'error');
    expect(errors).toEqual([]);
  });

  it.each([
    ['20.17.0', 'ok'],
    ['22.1.0', 'ok'],
    ['20.16.9', 'error'],
    ['18.20.0', 'error'],
  ])('with Node.js %s is %s', (version, state) => {
    expect(checkNodeVersion(version).state).toBe(state);
  });

  it.each([
    [undefined, 'ok'],
    [Number.POSITIVE_INFINITY, 'ok'],
    [1024, 'ok'],
    [1023, 'warning'],
    [255, 'error'],
  ])('with %s open files is %s', (limit, state) => {
    expect(checkDescriptors(limit).state).toBe(state);
  });

  it.each([
    [2 * 1024 ** 3, 'ok'],
    [1024 ** 3 - 1, 'warning'],
    [1024 ** 2, 'error'],
  ])('with %s bytes of room is %s', (free, state) => {
    expect(checkFreeBytes(free).state).toBe(state);
  });

  it('with a clock before this was written, or before the journal, is told to set it', () => {
    expect(checkClock(now, undefined).state).toBe('ok');
    expect(checkClock(now, now - 1).state).toBe('ok');
    expect(checkClock(0, undefined).state).toBe('error');
    expect(checkClock(now, now + 90_000)).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('90 s before the newest record'),
      fix: expect.any(String),
    });
  });
});
