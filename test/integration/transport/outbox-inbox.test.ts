import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Push } from 'zeromq';
import { maxRecordBytes } from '../../../src/model/envelope.ts';
import { frameHeader, frameHeaderBytes, kindOf } from '../../../src/transport/frame.ts';
import { Inbox } from '../../../src/transport/inbox.ts';
import { frameLimitBytes, Outbox } from '../../../src/transport/outbox.ts';
import { endpoint, keep, until } from './sockets.ts';

/** A receiver that keeps its frames; `ended` when it receives no more. */
async function receiver(name: string, mostBytes?: number) {
  const inbox = keep(new Inbox(mostBytes));
  const frames: Buffer[] = [];
  await inbox.bind(endpoint(name));
  const ended = inbox.receive((frame) => frames.push(frame));
  return { inbox, frames, ended };
}

function sender(name: string): Outbox {
  const outbox = keep(new Outbox(frameHeader('tasks')));
  outbox.connect(endpoint(name));
  return outbox;
}

/** A record that is told from others: its number, then as many bytes as are wanted. */
function record(number: number, sizeBytes = 8): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  bytes.writeUInt32LE(number, 0);
  bytes.writeUInt32LE(sizeBytes, 4);
  return bytes;
}

function numbersIn(frames: readonly Buffer[]): number[] {
  const numbers: number[] = [];
  for (const frame of frames) {
    for (let at = frameHeaderBytes; at < frame.length; at += frame.readUInt32LE(at + 4)) {
      numbers.push(frame.readUInt32LE(at));
    }
  }
  return numbers;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('an outbox and an inbox', () => {
  test('carry every record once and in order, many in a frame', async () => {
    const { frames } = await receiver('in');
    const outbox = sender('in');
    const count = 20_000;
    for (const number of upTo(count)) {
      outbox.add(record(number, 8 + (number % 90)));
      if (number % 777 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => numbersIn(frames).length >= count);
    expect(numbersIn(frames)).toEqual(upTo(count));
    expect(frames.length).toBeLessThan(count / 10);
    expect(frames.every((frame) => kindOf(frame) === 'tasks')).toBe(true);
    expect(outbox.waitingBytes).toBe(0);
  });

  test('carry records that were added before anybody was there to take them', async () => {
    const outbox = sender('late');
    for (const number of upTo(1000)) outbox.add(record(number));
    const { frames } = await receiver('late');
    await until(() => numbersIn(frames).length >= 1000);
    expect(numbersIn(frames)).toEqual(upTo(1000));
  });

  test('fill a frame up to its limit, and give a larger record a frame of its own', async () => {
    const { frames } = await receiver('in');
    const outbox = sender('in');
    const sizes = [100_000, 100_000, 100_000, 10, 3 * frameLimitBytes, 10, frameLimitBytes, 10];
    for (const [number, size] of sizes.entries()) outbox.add(record(number, size));
    await until(() => numbersIn(frames).length === sizes.length);
    const lone = [sizes[4]!, frameLimitBytes];
    for (const frame of frames) {
      const bytes = frame.length - frameHeaderBytes;
      expect(bytes <= frameLimitBytes || lone.includes(bytes)).toBe(true);
    }
    expect(numbersIn(frames)).toEqual(upTo(sizes.length));
    expect(frames.map((frame) => numbersIn([frame]))).toContainEqual([4]);
  });

  test('do not hold a lone record back', async () => {
    const { frames } = await receiver('in');
    const outbox = sender('in');
    for (const number of upTo(5)) {
      outbox.add(record(number));
      await until(() => numbersIn(frames).length === number + 1, 1000);
    }
    expect(frames).toHaveLength(5);
  });

  test('carry the largest record that there may be', async () => {
    const { frames } = await receiver('in');
    sender('in').add(record(1, maxRecordBytes));
    await until(() => frames.length === 1);
    expect(frames[0]).toHaveLength(frameHeaderBytes + maxRecordBytes);
  });

  test('take in turns from all senders, each in its order', async () => {
    const { frames } = await receiver('in');
    const outboxes = [0, 1, 2].map(() => sender('in'));
    for (const number of upTo(300)) outboxes[number % 3]!.add(record(number));
    await until(() => numbersIn(frames).length === 300);
    for (const remainder of [0, 1, 2]) {
      const own = numbersIn(frames).filter((number) => number % 3 === remainder);
      expect(own).toEqual(upTo(300).filter((number) => number % 3 === remainder));
    }
  });
});

describe('a receiver goes on', () => {
  test('after frames larger than it takes: their connection ends before they are read', async () => {
    const { frames } = await receiver('in', 1024 * 1024);
    const push = keep(new Push({ linger: 0 }));
    push.connect(endpoint('in'));
    await push.send(Buffer.alloc(1024 * 1024 + 1));
    const outbox = sender('in');
    for (const number of upTo(100)) outbox.add(record(number));
    await until(() => numbersIn(frames).length === 100);
    expect(frames.every((frame) => frame.length <= 1024 * 1024)).toBe(true);
    // Whoever sent it has another connection by now.
    const other = Buffer.concat([frameHeader('tasks'), record(100)]);
    await until(() => {
      push.send(other).catch(() => {});
      return numbersIn(frames).includes(100);
    });
  });

  test('after bytes that are no ZeroMQ at all', async () => {
    const { frames } = await receiver('in');
    const socket = connect(endpoint('in').slice('ipc://'.length));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.write(Buffer.alloc(100_000, 'GET / HTTP/1.1\r\n\r\n'));
    sender('in').add(record(1));
    await until(() => numbersIn(frames).length === 1);
    socket.destroy();
    await ended;
  });

  test('with messages of several parts, as one frame', async () => {
    const { frames } = await receiver('in');
    const push = keep(new Push({ linger: 0 }));
    push.connect(endpoint('in'));
    await push.send([frameHeader('tasks'), record(1), record(2)]);
    await until(() => frames.length === 1);
    expect(numbersIn(frames)).toEqual([1, 2]);
  });
});

describe('a close', () => {
  test('ends the receiving, and nobody waits for it', async () => {
    const { inbox, ended } = await receiver('in');
    inbox.close();
    await ended;
  });

  test('of an outbox that nobody takes from drops what it had, without a fault', async () => {
    const outbox = sender('nobody');
    for (const number of upTo(1000)) outbox.add(record(number, 5000));
    await new Promise((resolve) => setImmediate(resolve));
    outbox.close();
    outbox.add(record(1));
    await outbox.flushed();
    expect(outbox.waitingBytes).toBe(0);
  });

  test('after a flush has lost nothing', async () => {
    const { frames } = await receiver('in');
    const outbox = sender('in');
    for (const number of upTo(500)) outbox.add(record(number, 2000));
    await outbox.flushed();
    outbox.close();
    await until(() => numbersIn(frames).length === 500);
  });
});
