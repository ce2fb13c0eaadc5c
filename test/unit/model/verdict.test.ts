import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds, judge } from '../../../src/model/verdict.ts';
import { expects, scalar, seen, unseen } from './arbitraries.ts';

describe('verdict', () => {
  it.each([
    ['=', 200, 200, true],
    ['=', 200, '200', true],
    ['=', '1.4.0', '1.5.0', false],
    ['!=', 404, 200, true],
    ['!=', 404, '404', false],
    ['<', 500, 499, true],
    ['<', 500, 500, false],
    ['<=', 500, 500, true],
    ['>', 21, '22', true],
    ['>', 21, 21, false],
    ['>=', 21, 21, true],
    ['>', 0, 'soon', false],
    ['>=', 0, '', false],
    ['>=', 0, null, false],
    ['=', null, null, true],
    ['=', true, 'true', true],
  ] as const)('an expectation %s %j of a fact %j holds: %j', (operator, value, actual, expected) => {
    expect(holds(expects('fact', operator, value), actual)).toBe(expected);
  });

  it.each([
    [{ operator: 'in', values: [200, 204] }, '204', true],
    [{ operator: 'in', values: [200, 204] }, 500, false],
    [{ operator: 'not in', values: ['down'] }, 'up', true],
    [{ operator: 'not in', values: ['down'] }, 'down', false],
    [{ operator: 'not in', values: ['down'] }, undefined, false],
    [{ operator: 'like', pattern: '1.*' }, '1.4.0', true],
    [{ operator: 'like', pattern: '1.*' }, undefined, false],
    [{ operator: 'not like', pattern: '*-rc*' }, '2.0-rc1', false],
    [{ operator: 'not like', pattern: '*-rc*' }, undefined, false],
    [{ operator: 'exists' }, '', true],
    [{ operator: 'exists' }, null, false],
    [{ operator: 'exists' }, undefined, false],
    [{ operator: 'absent' }, null, true],
    [{ operator: 'absent' }, undefined, true],
    [{ operator: 'absent' }, false, false],
  ] as const)('%j of a fact %j holds: %j', (condition, actual, expected) => {
    expect(holds(condition, actual)).toBe(expected);
  });

  it('lets no comparison hold of a fact that is absent, and says so', () => {
    for (const operator of ['=', '!=', '<', '<=', '>', '>='] as const) {
      expect(holds(expects('fact', operator, 1), undefined)).toBe(false);
    }
    const { failures } = judge([expects('toString', '=', 'x')], seen({}));
    expect(failures).toEqual([{ fact: 'toString', expected: 'x', actual: undefined }]);
  });

  it('finds a name among the facts first, then among the measures', () => {
    const slow = expects('latency_ms', '<', 100);
    expect(judge([slow], seen({}, 0, { latency_ms: 250 })).state).toBe('violated');
    expect(judge([slow], seen({ latency_ms: 1 }, 0, { latency_ms: 250 })).state).toBe('ok');
  });

  it('expects nothing of what cannot be reached', () => {
    const verdict = judge([expects('status', '=', 200)], unseen('timeout'));
    expect(verdict).toEqual({ state: 'unreachable', failures: [] });
  });

  it('either holds or holds not, for "=" and "!=" of a fact that is there', () => {
    fc.assert(
      fc.property(scalar, scalar, (value, actual) => {
        expect(holds(expects('f', '=', value), actual)).toBe(!holds(expects('f', '!=', value), actual));
      }),
    );
  });
});
