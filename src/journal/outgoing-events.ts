import { eventSource } from '../model/cloud-event.ts';
import { bodyOf, readField } from '../model/envelope.ts';
import { isOrderType, isStampedType } from '../model/event.ts';
import { createOutlineReader } from '../model/json-outline.ts';
import { type OutgoingEvent, outgoing } from '../model/outgoing-event.ts';
import { parseSubjectName } from '../model/subject-name.ts';
import { TextRoom } from '../model/text-room.ts';
import type { JournalRecord } from './batch.ts';
import type { JournalInfo } from './journal.ts';
import { eventOf } from './record-event.ts';

/**
 * Makes events of records. `data` goes out as its text lies in the record: parsing it, writing it anew and collecting
 * what was made of it were a third of the bridge's work. Where the outline is in doubt the event is made by way of data
 * (record-event.ts), and says the same.
 *
 * What is returned throws body.not-data or subject-name.invalid: such a record can never be delivered.
 */
export function createOutgoingEvents(
  journal: Pick<JournalInfo, 'id' | 'node'>,
): (record: JournalRecord) => OutgoingEvent {
  const idStart = `${journal.id}-`;
  const opening = Buffer.from(`{"specversion":"1.0","id":${JSON.stringify(idStart).slice(0, -1)}`);
  const namesOf = remembered((subject: string) => namesIn(subject, journal.node));
  const typeOf = remembered((type: string) => Buffer.from(`,"type":${JSON.stringify(type)}`));
  const flowTypeOf = remembered((topic: string) => {
    const [flow = '', action = ''] = topic.split('/');
    return `polar.flow.${flow}.${action}`;
  });
  // Records of one batch have these in common, and most of one node the policy.
  const timeOf = ofTheLast((time: number) =>
    Buffer.from(
      `,"time":"${new Date(time).toISOString()}","datacontenttype":"application/json","sequence":"`,
    ),
  );
  const chainHeadOf = ofTheLast((head: string) =>
    Buffer.from(`,"chainhead":${JSON.stringify(head)},"data":`),
  );
  const revisionOf = ofTheLast((text: string) => Buffer.from(`,"policyrevision":${JSON.stringify(text)}`));
  const hashOf = ofTheLast((hash: string) => Buffer.from(`,"policyhash":${JSON.stringify(hash)}`));
  const room = new TextRoom();

  return (record) => {
    const body = bodyOf(record.record, 0);
    const outline = outlineOf(body);
    const says = outline?.stringOf('type');
    // An order is known by what its data says.
    if (!outline || isOrderType(says)) return outgoing(eventOf(record, journal));
    const revision = outline.stringOf('policy.revision');
    const hash = outline.stringOf('policy.hash');
    const data = outline.textOf('data');
    // As isEventBody has it.
    const isOwn =
      isStampedType(says) &&
      revision !== undefined &&
      hash !== undefined &&
      data !== undefined &&
      isObject(data);
    const { sequence, time, chainHead } = record;
    const type = isOwn ? says : flowTypeOf(record.topic);
    const partitionkey = readField(record.record, 0, 'subject') || readField(record.record, 0, 'key');
    const names = namesOf(partitionkey);
    const traceparent = readField(record.record, 0, 'traceparent') || undefined;
    const digits = String(sequence);

    room.begin();
    room.piece(opening);
    room.letters(digits);
    room.piece(names.source);
    room.piece(typeOf(type));
    room.piece(names.domain);
    room.piece(timeOf(time));
    room.letters(digits);
    room.piece(names.subject);
    if (traceparent !== undefined) room.piece(Buffer.from(`,"traceparent":${JSON.stringify(traceparent)}`));
    if (isOwn) {
      room.piece(revisionOf(revision));
      room.piece(hashOf(hash));
    }
    room.piece(chainHeadOf(chainHead));
    room.piece(isOwn ? data : outline.whole());
    room.piece(closing);
    return {
      id: idStart + digits,
      sequence,
      type,
      partitionkey,
      time,
      traceparent,
      severity: outline.stringOf(isOwn ? 'data.severity' : 'severity'),
      owner: outline.stringOf(isOwn ? 'data.owner' : 'owner'),
      text: room.take(),
      event: () => eventOf(record, journal),
    };
  };
}

const outlineOf = createOutlineReader([
  'type',
  'policy',
  'policy.revision',
  'policy.hash',
  'data',
  'data.severity',
  'data.owner',
  'severity',
  'owner',
]);

/** A list is an object, too (isEventBody). */
function isObject(text: Buffer): boolean {
  return text[0] === openBrace || text[0] === openBracket;
}
const openBrace = 0x7b;
const openBracket = 0x5b;

const closing = Buffer.from('}');

/** The parts of a subject name, as members. */
interface Names {
  readonly source: Buffer;
  readonly domain: Buffer;
  readonly subject: Buffer;
}

/** @throws subject-name.invalid */
function namesIn(subject: string, node: string): Names {
  const { method, domain } = parseSubjectName(subject);
  return {
    source: Buffer.from(`","source":${JSON.stringify(eventSource(node, method))}`),
    domain: Buffer.from(`,"subject":${JSON.stringify(domain)}`),
    subject: Buffer.from(`","partitionkey":${JSON.stringify(subject)}`),
  };
}

/** Beyond that all are forgotten, and come again. */
const mostRemembered = 4096;

function remembered<Out extends object | string>(make: (from: string) => Out): (from: string) => Out {
  const known = new Map<string, Out>();
  return (from) => {
    const before = known.get(from);
    if (before !== undefined) return before;
    const made = make(from);
    if (known.size >= mostRemembered) known.clear();
    known.set(from, made);
    return made;
  };
}

function ofTheLast<In, Out>(make: (from: In) => Out): (from: In) => Out {
  let last: { readonly from: In; readonly made: Out } | undefined;
  return (from) => {
    if (last?.from !== from) last = { from, made: make(from) };
    return last.made;
  };
}
