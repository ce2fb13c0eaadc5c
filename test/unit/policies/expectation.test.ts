import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SettingProblem } from '../../../src/config/settings.ts';
import type { Operator } from '../../../src/model/policy.ts';
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
  ])('written %j is "%s" and %j', (text, operator, value) => {
    expect(readExpectation(text)).toEqual({ operator, value, text });
  });

  it.each(['', '>', '> soon', '>= true', '< 1e999', '<> 3'])('%j is a problem', (text) => {
    expect(() => readExpectation(text)).toThrow(SettingProblem);
  });

  it('reads back whatever it is made of', () => {
    const operators = fc.constantFrom<Operator[]>('=', '!=', '<', '<=', '>', '>=');
    fc.assert(
      fc.property(operators, fc.integer(), (operator, value) => {
        const text = `${operator} ${value}`;
        expect(readExpectation(text)).toEqual({ operator, value, text });
      }),
    );
  });
});
