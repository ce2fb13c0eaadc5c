import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Push } from 'zeromq';
import type { Envelope } from '../../../src/model/envelope.ts';
import { createObservable } from '../../../src/observable/observable.ts';
import { frameHeader } from '../../../src/transport/frame.ts';
import { maxFrameBytes } from '../../../src/transport/inbox.ts';
import { aRecord } from '../../unit/model/envelopes.ts';
import { House, shop, until } from './house.ts';

const observable = createObservable();
let house: House;
let push: Push;
beforeAll(async () => {
  house = new House({
    'policies/shop.ini': shop(await observable.listen(0)),
    'flows/carry.ini': '[Carry]\n?Carry?Push\nSubject?Carry?pass\nRelay?Carry@PUBLISH?passed\n??done\n',
    'actionmappings/carry.ini': '[actionmapping]\nSubject?Carry?pass = Relay.pass\n',
  });
  await house.start();
  push = new Push({ linger: 0 });
  push.connect(house.node.status().endpoints.intake!);
});
afterAll(async () => {
  push.close();
  await house.remove();
  await observable.close();
});

const goesOn = async () => {
  const before = house.made('http:shop');
  await until(() => house.made('http:shop') > before + 2);
};
afterEach(async () => {
  await goesOn();
  expect(house.node.status().processes.map(({ restarts }) => restarts)).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

const rejected = () => Number(house.statsOf('subject')['rejectedFrames'] ?? 0);
const task = (number: number, part: Partial<Envelope> = {}) =>
  aRecord({ source: 'test', key: 'test', flow: 'Carry', number, ...part });
const send = (...records: Buffer[]) => push.send(Buffer.concat([frameHeader('tasks'), ...records]));
const settledOf = (key: string) => house.journal.keyRow(key)?.marks['test'] ?? 0;

test('frames of garbage are rejected and counted', async () => {
  const cut = task(1).subarray(0, -1);
  const frames = [
    Buffer.alloc(0),
    Buffer.from('garbage'),
    randomBytes(5000),
    Buffer.concat([frameHeader('tasks'), randomBytes(500)]),
    Buffer.concat([frameHeader('tasks'), task(1), cut]),
    Buffer.concat([frameHeader('words'), randomBytes(500)]),
    Buffer.concat([frameHeader('runs'), task(1)]),
    Buffer.concat([frameHeader('results'), randomBytes(50)]),
  ];
  const before = rejected();
  for (const frame of frames) await push.send(frame);
  await until(() => rejected() === before + frames.length);
  // The whole task that stood before the one cut short was not taken either.
  expect(settledOf('test')).toBe(0);
});

test('a frame larger than allowed ends its connection, and nothing else', async () => {
  await push.send(Buffer.alloc(maxFrameBytes + 1));
  // Its sender connects again; what it had in that connection is gone with it.
  await until(() => {
    void send(task(1, { key: 'after' })).catch(() => {});
    return settledOf('after') === 1;
  });
});

test('a task of an unknown flow becomes a dead letter, and the next one of its key goes on', async () => {
  await send(task(1, { key: 'lost', flow: 'None' }), task(2, { key: 'lost' }));
  await until(() => settledOf('lost') === 2);
  expect(house.journal.deadLetters(10)).toMatchObject([{ code: 'flow.unknown' }]);
});

test('a task whose body is no data becomes a dead letter with its reason', async () => {
  const body = Buffer.from('{"half":');
  await send(task(1, { key: 'bad', flow: 'ObserveTarget', body }), task(2, { key: 'bad', flow: 'Admit' }));
  await until(() => settledOf('bad') === 2);
  const letters = house.journal.deadLetters(10).map(({ code }) => code);
  expect(letters.filter((code) => code === 'body.not-data')).toHaveLength(2);
});

test('many large tasks of one key come through, though not in one run', async () => {
  const body = Buffer.from(JSON.stringify('x'.repeat(1024 * 1024)));
  for (let number = 1; number <= 48; number++) await send(task(number, { key: 'large', body }));
  await until(() => settledOf('large') === 48, 30_000);
});

test('a second node on the project is refused, and the first goes on', async () => {
  await expect(house.startAnother()).rejects.toMatchObject({ code: 'node.locked' });
});
