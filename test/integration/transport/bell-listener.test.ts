import { expect, test } from 'vitest';
import { Bell, Listener, type Published } from '../../../src/transport/bell.ts';
import { endpoint, keep, until } from './sockets.ts';

const message = (topic: string, text: string): Published => {
  return { topic, head: Buffer.from(`head of ${text}`), body: Buffer.from(text) };
};

function listenerTo(name: string, ...topics: string[]) {
  const listener = keep(new Listener(endpoint(name), topics));
  const heard: string[] = [];
  const ended = listener.receive(({ topic, head, body }) => {
    expect(head.toString()).toBe(`head of ${body}`);
    heard.push(`${topic} ${body}`);
  });
  return { listener, heard, ended };
}

async function bellAt(name: string): Promise<Bell> {
  const bell = keep(new Bell());
  await bell.bind(endpoint(name));
  return bell;
}

test('a bell is heard by everybody who listens to its topic, and only by them', async () => {
  const all = listenerTo('pub', '');
  const receipts = listenerTo('pub', 'receipt/');
  const several = listenerTo('pub', 'F/a/', 'G/');
  const bell = await bellAt('pub');
  const texts = ['F/a/', 'F/ab/', 'G/x/', 'receipt/'].map((topic, index) => message(topic, String(index)));
  const told = (...listeners: { readonly heard: readonly string[] }[]) =>
    listeners.map(({ heard }) => new Set(heard).size);
  // A subscription takes a moment to arrive: what is published before is not heard.
  await until(() => {
    bell.publish(texts);
    return String(told(all, receipts, several)) === '4,1,2';
  });
  expect(new Set(receipts.heard)).toEqual(new Set(['receipt/ 3']));
  expect(new Set(several.heard)).toEqual(new Set(['F/a/ 0', 'G/x/ 2']));
});

test('what is heard is in order', async () => {
  const { heard } = listenerTo('pub', 'F/');
  const bell = await bellAt('pub');
  await until(() => {
    bell.publish([message('F/', 'knock')]);
    return heard.length > 0;
  });
  const numbers = Array.from({ length: 50 }, (_, index) => String(index));
  for (const number of numbers) bell.publish([message('F/', number)]);
  await until(() => heard.at(-1) === 'F/ 49');
  expect(heard.filter((line) => line !== 'F/ knock')).toEqual(numbers.map((number) => `F/ ${number}`));
});

test('a bell that nobody hears blocks nobody, and closes', async () => {
  const bell = await bellAt('pub');
  for (let number = 0; number < 1000; number++) bell.publish([message('F/', 'x'.repeat(1000))]);
  await bell.close();
});

test('a listener hears the next bell at its place, and its close ends the listening', async () => {
  const { listener, heard, ended } = listenerTo('pub', 'F/');
  for (const life of ['one', 'two']) {
    const bell = new Bell();
    await bell.bind(endpoint('pub'));
    await until(() => {
      bell.publish([message('F/', life)]);
      return heard.includes(`F/ ${life}`);
    });
    await bell.close();
  }
  listener.close();
  await ended;
});
