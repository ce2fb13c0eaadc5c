import { expect, test } from 'vitest';
import type { CloudEvent } from '../../src/model/cloud-event.ts';
import type { Arrival } from './queue-reader.ts';
import { reckon } from './reckoning.ts';

/* What the tests of outages go by must see each kind of failure. */

const events = [1, 2, 3].map((number) => ({
  id: `j-${number}`,
  sequence: String(number),
  partitionkey: 'anna.event.note.tea',
})) as unknown as CloudEvent[];
const arrivalOf = (event: CloudEvent): Arrival => ({
  id: event.id,
  routingKey: event.partitionkey,
  headers: {},
  properties: {} as Arrival['properties'],
  body: JSON.stringify(event),
});
const [first, second, third] = events.map(arrivalOf) as [Arrival, Arrival, Arrival];
const clean = { lost: [], forged: [], late: [], duplicates: 0 };

test.each<[string, Arrival[], object]>([
  ['all, in order', [first, second, third], {}],
  ['one too few', [first, third], { lost: ['j-2'] }],
  ['one too late', [first, third, second], { late: ['j-2'] }],
  ['one twice, as after a rewind', [first, second, first, second, third], { duplicates: 2 }],
  ['one with another body', [first, { ...second, body: '{}' }, third], { forged: ['j-2'] }],
  ['one with another key', [first, { ...second, routingKey: 'k' }, third], { forged: ['j-2'] }],
  ['one of nobody', [first, second, third, { ...third, id: 'j-4' }], { forged: ['j-4'] }],
])('a reckoning sees %s', (_what, arrivals, found) => {
  expect(reckon(events, arrivals)).toEqual({ ...clean, ...found });
});
