import { encodeEnvelope } from '../model/envelope.ts';
import type { Receipt } from '../model/run.ts';
import type { SubjectPeer } from '../topology/wire.ts';
import { frameHeader } from '../transport/frame.ts';
import { Outbox } from '../transport/outbox.ts';
import {
  createSourceWindow,
  hasRoom,
  hold,
  isOutstanding,
  roomOf,
  settleUpTo,
  unsettled,
} from './source-window.ts';

/** What a source says of a task; the rest of the envelope is the same for all of its tasks. */
export interface NumberedTask {
  readonly flow: string;
  readonly key: string;
  /** What it is about; the key when absent. */
  readonly subject?: string;
  readonly number: number;
  readonly group: string;
  readonly deadline: number;
  readonly policy: string;
  readonly traceparent: string;
  readonly id: string;
  readonly body: Buffer;
}

/** The line to the subject that all sources of this process share. */
export interface SubjectLine {
  /** A new life of the subject: `resend` is called with the line open, before anything new is sent. */
  attach(peer: SubjectPeer | undefined, resend: () => void): void;
  send(record: Buffer): void;
  close(): void;
}

export function createSubjectLine(): SubjectLine {
  let outbox: Outbox | undefined;
  let incarnation: string | undefined;
  return {
    attach(peer, resend) {
      if (peer?.incarnation === incarnation) return;
      outbox?.close();
      incarnation = peer?.incarnation;
      outbox = undefined;
      if (!peer) return;
      outbox = new Outbox(frameHeader('tasks'));
      outbox.connect(peer.intake);
      resend();
    },
    // While there is no subject the window keeps it.
    send: (record) => outbox?.add(record),
    close: () => outbox?.close(),
  };
}

/** A numbered source: its window, and the way to the subject. */
export interface Source {
  readonly name: string;
  hasRoom(): boolean;
  isOutstanding(key: string): boolean;
  size(): number;
  /** How many more may be sent before receipts come. */
  room(): number;
  send(task: NumberedTask): void;
  resend(): void;
  /** As the bell brings them. */
  receive(receipts: readonly Receipt[]): void;
  /** As the journal has it, for bells that were lost (R5, R6). */
  lookUp(markOf: (key: string) => number | undefined): void;
}

/** `onSettled` hears of everything that is settled: up to `last` of a key. */
export function createSource(
  name: string,
  line: SubjectLine,
  onSettled: (key: string, last: number) => void = () => {},
): Source {
  const window = createSourceWindow(name);
  const settle = (key: string, last: number) => {
    if (settleUpTo(window, key, last) > 0) onSettled(key, last);
  };
  return {
    name,
    hasRoom: () => hasRoom(window),
    isOutstanding: (key) => isOutstanding(window, key),
    size: () => window.size,
    room: () => roomOf(window),
    send(task) {
      const record = encodeEnvelope({
        id: task.id,
        source: name,
        number: task.number,
        flow: task.flow,
        step: 0,
        key: task.key,
        subject: task.subject ?? '',
        time: Date.now(),
        deadline: task.deadline,
        attempt: 0,
        correlationId: '',
        causationId: '',
        traceparent: task.traceparent,
        policy: task.policy,
        group: task.group,
        body: task.body,
      });
      hold(window, { key: task.key, number: task.number, record });
      line.send(record);
    },
    resend() {
      for (const { record } of unsettled(window)) line.send(record);
    },
    receive(receipts) {
      for (const { key, marks } of receipts) {
        const mark = marks.find(([source]) => source === name);
        if (mark) settle(key, mark[1]);
      }
    },
    lookUp(markOf) {
      for (const key of [...window.keys.keys()]) {
        const mark = markOf(key);
        if (mark !== undefined) settle(key, mark);
      }
    },
  };
}
