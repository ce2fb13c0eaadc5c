import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SettingProblem } from '../../../src/config/settings.ts';
import { cronExpression, meanIntervalMs, timezone } from '../../../src/policies/cron-expression.ts';

const read = cronExpression();

describe('a cron expression', () => {
  it.each([
    ['* * * * *', '* * * * *'],
    ['*/15  8-17 * * mon-fri', '*/15 8-17 * * mon-fri'],
    ['0 3 1,15 JAN,7 0', '0 3 1,15 JAN,7 0'],
    ['5-50/15 * * * 7', '5-50/15 * * * 7'],
    ['0 0 29 2 *', '0 0 29 2 *'],
  ])('%j is read as %j', (written, expression) => expect(read(written)).toBe(expression));

  it.each([
    ['', 'has no minute ""'],
    ['* * * *', 'must be five fields'],
    ['* * * * * *', 'must be five fields'],
    ['@daily', 'has no minute "@daily"'],
    ['60 * * * *', 'has no minute "60"; it is from 0 to 59'],
    ['5/15 * * * *', 'has no minute "5"'],
    ['*/0 * * * *', 'has no minute "*/0"'],
    ['* 17-8 * * *', 'has no hour "17-8"'],
    ['* * L * *', 'has no day of the month "L"'],
    ['* * * foo *', 'has no month "foo"'],
    ['* * * * mon-', 'has no day of the week ""'],
    ['0 0 31 2 *', 'never comes'],
  ])('%j is a problem', (written, problem) => {
    expect(() => read(written)).toThrow(SettingProblem);
    expect(() => read(written)).toThrow(problem);
  });

  it('that is read is one that croner reads', () => {
    const item = (least: number, most: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.constant('*/5'),
        fc.integer({ min: least - 1, max: most + 1 }).map(String),
        fc
          .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
          .map((ends) => ends.join('-')),
        fc.constantFrom('mon', 'JAN', 'L', '?', '1W', '5/2'),
      );
    const field = (least: number, most: number) =>
      fc.array(item(least, most), { minLength: 1, maxLength: 3 }).map((items) => items.join(','));
    const expression = fc
      .tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7))
      .map((fields) => fields.join(' '));
    fc.assert(
      fc.property(expression, (written) => {
        try {
          read(written);
        } catch {
          return;
        }
        expect(() => new Cron(written, { paused: true, mode: '5-part' })).not.toThrow();
        expect(meanIntervalMs(written)).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    ['* * * * *', 60_000],
    ['*/15 * * * *', 900_000],
    ['0 3 * * *', 86_400_000],
    ['0 3 * * 0,7', 7 * 86_400_000],
  ])('%j comes every %d ms in the mean', (expression, intervalMs) => {
    expect(meanIntervalMs(expression)).toBe(intervalMs);
  });
});

it('knows the time zones that the machine knows', () => {
  expect(timezone()('Europe/Berlin')).toBe('Europe/Berlin');
  expect(() => timezone()('Mars/Olympus')).toThrow('must be a time zone such as');
});
