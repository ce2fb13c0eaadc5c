import { expect, test } from 'vitest';
import { escalationOf, failureBy } from '../../../src/supervision/process-slot.ts';

test('a process that ended for want of a mapped file leads to an error that names what may be wrong with it', () => {
  const failure = failureBy({ code: null, signal: 'SIGBUS' }, 'integration-manager');
  expect(escalationOf('integration-manager ended again', failure)).toMatchObject({
    code: 'io.failed',
    message: expect.stringContaining('it was cut short, or the disk is full or fails'),
    hint: expect.stringContaining('put back'),
  });
});

test.each([
  { code: null, signal: 'SIGKILL' as const },
  { code: 70, signal: null },
])('of an end as by $signal $code the system says nothing', (exit) => {
  expect(failureBy(exit, 'subject')).toBeUndefined();
});
