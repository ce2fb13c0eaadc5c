import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Subscriber } from 'zeromq';
import type { Chance } from '../simulation/random.ts';
import { mutate, randomBytes } from './mutations.ts';
import { sendRaw } from './requests.ts';

// How a ZeroMQ peer begins: signature, version 3.1, NULL security; then a READY command and a message.
const greeting = Buffer.concat([
  Buffer.from('ff00000000000000017f0300', 'hex'),
  Buffer.from('NULL'.padEnd(20, '\0')),
  Buffer.alloc(32),
]);
const ready = (type: string) => {
  const body = Buffer.concat([
    Buffer.from('\x05READY\x0bSocket-Type\0\0\0'),
    Buffer.from([type.length]),
    Buffer.from(type),
  ]);
  return Buffer.concat([Buffer.from([4, body.length]), body]);
};
// Says that 16 GiB are to come.
const hugeMessage = Buffer.from('0200000400000000007878', 'hex');

/** Bytes that are no ZeroMQ, or only begin like it, at every socket of the node. */
export async function sendBytesToAll(chance: Chance, runDir: string): Promise<void> {
  const paths = readdirSync(runDir).filter((name) => !name.endsWith('.sock'));
  for (const name of paths) {
    const type = chance.pick(['PUSH', 'SUB', 'PULL-', 'XPUB']);
    const message = type === 'PUSH' ? hugeMessage : randomBytes(chance, 300);
    const spoken = Buffer.concat([greeting, ready(type), message]);
    const bytes = chance.pick([spoken, mutate(chance, spoken), randomBytes(chance, 2000)]);
    await sendRaw(join(runDir, name), bytes, chance.pick(['at-once', 'answered', 'halfway']));
  }
}

/** Subscribers that ask for whatever comes to mind, go, and never read. */
export function subscribeOddly(chance: Chance, events: string): Subscriber {
  const subscriber = new Subscriber({ linger: 0, receiveHighWaterMark: 1 });
  subscriber.connect(events);
  for (let count = 0; count < 100; count++) subscriber.subscribe(randomBytes(chance, 30));
  // Longer than a name of a topic may be: the connection is ended.
  subscriber.subscribe('t'.repeat(chance.between(10_000, 100_000)));
  return subscriber;
}
