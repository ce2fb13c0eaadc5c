import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lookup } from '../../../src/flows/lookup.ts';
import type { Mapping, Mappings } from '../../../src/flows/mapping.ts';
import { type ActionKey, parseActionKey } from '../../../src/model/action-key.ts';

const mapped = (...names: string[]): Mappings =>
  new Map(
    names.map((name): [string, Mapping] => [
      name,
      { name, component: 'C', method: 'm', origin: 'user', file: 'm.ini', line: 1, column: 1 },
    ]),
  );
const key = (text: string): ActionKey => {
  const parsed = parseActionKey(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.key;
};
const order = ['S?C@D?A', 'S?C?A', 'S??A', '?C?A', 'S?C?', 'S??', '??A', '?C?'];

describe('the lookup of a mapping', () => {
  test.each(order.map((rule, index) => [rule, order.slice(index)]))(
    '%s wins over all that come after it',
    (rule, rest) => {
      const { match, tried } = lookup(mapped(...rest.toReversed()), key('S?C@D?A'));
      expect(match).toMatchObject({ rule, key: rule, mapping: { name: rule } });
      expect(tried.map((attempt) => attempt.key)).toEqual(order.slice(0, order.indexOf(rule) + 1));
    },
  );

  test('names everything that was tried in vain', () => {
    const { match, tried } = lookup(mapped('S?X?A'), key('S?C@D?A'));
    expect(match).toBeUndefined();
    expect(tried.map((attempt) => attempt.rule)).toEqual(order);
  });

  test('finds a decorated step without a sender as it is written', () => {
    expect(lookup(mapped('?C@D?A', '?C?A'), key('?C@D?A')).match).toMatchObject({
      rule: 'S?C@D?A',
      key: '?C@D?A',
    });
  });

  test('an empty part matches nothing by accident', () => {
    expect(lookup(mapped('??'), key('?C?A'))).toMatchObject({
      match: undefined,
      tried: [{ key: '?C?A' }, { key: '??A' }, { key: '?C?' }],
    });
  });

  test('never tries the same key twice', () => {
    const part = fc.constantFrom('', 'x', 'y');
    fc.assert(
      fc.property(fc.record({ sender: part, context: part, decorator: part, action: part }), (step) => {
        const keys = lookup(mapped(), step).tried.map((attempt) => attempt.key);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });
});
