import { expect, it } from 'vitest';
import { shopApi } from '../../../src/observable/shop-api.ts';
import {
  atStart,
  isSwitchName,
  type SwitchName,
  switches,
  turnSwitch,
} from '../../../src/observable/switches.ts';
import { readApi } from '../../../src/observers/openapi-document.ts';

const all = Object.keys(switches) as SwitchName[];

it('shows a healthy shop at the start', () => {
  expect(atStart).toEqual({ status: 'ok', version: '1.4.0', refunds: false });
});

it('turns twice as it turns once', () => {
  for (const name of all) {
    const once = turnSwitch(atStart, name);
    expect(turnSwitch(once, name)).toEqual(once);
  }
});

it('leaves what a switch is not about', () => {
  expect(turnSwitch(turnSwitch(atStart, 'version'), 'down')).toEqual({
    ...atStart,
    version: '1.5.0',
    status: 'down',
  });
  expect(turnSwitch(turnSwitch(atStart, 'down'), 'up')).toEqual(atStart);
});

it('is as at the start after a reset, whatever was turned', () => {
  expect(turnSwitch(all.reduce(turnSwitch, atStart), 'reset')).toEqual(atStart);
});

it('knows its own names only', () => {
  expect(all.every(isSwitchName)).toBe(true);
  expect(isSwitchName('toString')).toBe(false);
});

it('exchanges one operation of seven for another, and changes no other', () => {
  const before = factsOf(shopApi({ refunds: false }));
  const after = factsOf(shopApi({ refunds: true }));
  expect(before).toMatchObject({ title: 'shop-api', operations: 7 });
  expect(after).toMatchObject({ title: 'shop-api', operations: 7 });
  const differing = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => before[name] !== after[name],
  );
  expect(differing).toEqual(['DELETE /orders/{id}', 'POST /refunds']);
});

function factsOf(document: unknown) {
  const reading = readApi(document);
  return reading.kind === 'api' ? reading.facts : {};
}
