import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SettingProblem } from '../../../src/config/settings.ts';
import type { ComparisonOperator } from '../../../src/model/policy.ts';
import { readExpectation } from '../../../src/policies/expectation.ts';

describe('an expectation', () => {
  it.each([
    ['200', '=', 200],
    ['= 200', '=', 200],
    ['>21', '>', 21],
    ['<= -1.5', '<=', -1.5],
    ['!= maintenance', '!=', 'maintenance'],
    ['true', '=', true],
    ['null', '=', null],
    ['1.4.0', '=', '1.4.0'],
    ['1.40', '=', '1.40'],
    ['007', '=', '007'],
    ['> 1.40', '>', 1.4],
    ['Infinity', '=', 'Infinity'],
    ['a = b', '=', 'a = b'],
    ['500ms', '=', '500ms'],
    ['= exists', '=', 'exists'],
    ['inside', '=', 'inside'],
    ['likely', '=', 'likely'],
  ])('written %j is "%s" and %j', (text, operator, value) => {
    expect(readExpectation(text, 'status')).toEqual({ operator, value, text });
  });

  it.each([
    ['in 200, 204', { operator: 'in', values: [200, 204] }],
    ['not  in down,maintenance', { operator: 'not in', values: ['down', 'maintenance'] }],
    ['in null', { operator: 'in', values: [null] }],
    ['like shop-*', { operator: 'like', pattern: 'shop-*' }],
    ['not like *, test', { operator: 'not like', pattern: '*, test' }],
    ['exists', { operator: 'exists' }],
    ['absent', { operator: 'absent' }],
  ])('written %j is %j', (text, condition) => {
    expect(readExpectation(text, 'status')).toEqual({ ...condition, text });
  });

  it.each([
    ['latency_ms', '< 500ms', 500],
    ['latency_ms', '<= 1.5s', 1500],
    ['latency_ms', '< 800', 800],
    ['size_bytes', '< 1MiB', 1_048_576],
    ['size_bytes', '= 1KiB', 1024],
    ['days_left', '> 21d', 21],
    ['days_left', '>= 36h', 1.5],
    ['expires_in_days', '> 21', 21],
  ])('reads the unit that the name of %s ends in: %j', (fact, text, value) => {
    expect(readExpectation(text, fact)).toMatchObject({ value, text });
  });

  it('reads units in lists too', () => {
    expect(readExpectation('in 1KiB, 2KiB', 'size_bytes')).toMatchObject({ values: [1024, 2048] });
  });

  it.each([
    '',
    '>',
    '> soon',
    '>= true',
    '< 1e999',
    '<> 3',
    '< 500ms',
    'in',
    'in a,,b',
    'like',
    '~ a+',
    'exists x',
  ])('%j is a problem', (text) => {
    expect(() => readExpectation(text, 'status')).toThrow(SettingProblem);
  });

  it('says how a value of the fact is written when the unit is another one', () => {
    expect(() => readExpectation('< 1MiB', 'latency_ms')).toThrow('write a number, or 500ms or 2s');
  });

  it('reads back whatever it is made of', () => {
    const operators = fc.constantFrom<ComparisonOperator[]>('=', '!=', '<', '<=', '>', '>=');
    fc.assert(
      fc.property(operators, fc.integer(), (operator, value) => {
        const text = `${operator} ${value}`;
        expect(readExpectation(text, 'status')).toEqual({ operator, value, text });
      }),
    );
  });
});
