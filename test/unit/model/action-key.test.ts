import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatActionKey, parseActionKey } from '../../../src/model/action-key.ts';

describe('an action key', () => {
  test.each([
    ['Subject?Cot^Event-1@PUBLISH?Push', ['Subject', 'Cot^Event-1', 'PUBLISH', 'Push']],
    ['??done', ['', '', '', 'done']],
    ['?A?', ['', 'A', '', '']],
    ['??', ['', '', '', '']],
    ['a.b?c_d?e', ['a.b', 'c_d', '', 'e']],
    ['?@X?', ['', '', 'X', '']],
  ])('%s is read part by part', (text, [sender, context, decorator, action]) => {
    expect(parseActionKey(text)).toEqual({ key: { sender, context, decorator, action } });
  });

  test.each([
    ['', 1, /no "\?"/],
    ['a', 2, /no "\?"/],
    ['a?b', 4, /only one "\?"/],
    ['a?b?c?d', 6, /more than two/],
    ['a?b@?c', 4, /without a decorator/],
    ['a@b?c?d', 2, /out of place/],
    ['a?b@c@d?e', 6, /out of place/],
    ['a?b?c@d', 6, /out of place/],
    ['a?b c?d', 4, /" "; allowed are/],
    ['a?b@c/?d', 6, /"\/"/],
    ['é?b?c', 1, /"é"/],
    ['a?b?😀', 5, /"😀"/],
  ])('"%s" is refused at column %i', (text, column, problem) => {
    expect(parseActionKey(text)).toEqual({ column, problem: expect.stringMatching(problem) });
  });

  const part = fc.stringMatching(/^[A-Za-z0-9_^.-]{0,8}$/);

  test('is read back from what is written', () => {
    fc.assert(
      fc.property(fc.record({ sender: part, context: part, decorator: part, action: part }), (key) => {
        expect(parseActionKey(formatActionKey(key))).toEqual({ key });
      }),
    );
  });

  test('is written as it was read, and any other text is refused at a place within it', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('?', '@', 'a', '^', '-', '.', ' ', '=') }),
    );
    fc.assert(
      fc.property(text, (written) => {
        const parsed = parseActionKey(written);
        if ('key' in parsed) expect(formatActionKey(parsed.key)).toBe(written);
        else expect(parsed.column >= 1 && parsed.column <= written.length + 1).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
