import { eventSource } from '../model/cloud-event.ts';
import { bodyOf, readField } from '../model/envelope.ts';
import { isOrderType, isStampedType } from '../model/event.ts';
import { createOutlineReader } from '../model/json-outline.ts';
import { type OutgoingEvent, outgoing } from '../model/outgoing-event.ts';
import { parseSubjectName } from '../model/subject-name.ts';
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
  const textStart = `{"specversion":"1.0","id":${JSON.stringify(idStart).slice(0, -1)}`;
  const namesOf = createNames(journal.node);
  const timeTextOf = ofTheLast((time: number) => new Date(time).toISOString());
  const flowTypeOf = ofTheLast((topic: string) => {
    const [flow = '', action = ''] = topic.split('/');
    return `polar.flow.${flow}.${action}`;
  });

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
    const before =
      `${textStart}${sequence}","source":${names.source},"type":${JSON.stringify(type)},"subject":${names.domain}` +
      `,"time":"${timeTextOf(time)}","datacontenttype":"application/json","sequence":"${sequence}"` +
      `,"partitionkey":${names.subject},"chainhead":"${chainHead}","data":`;
    let after = '}';
    if (isOwn) {
      after = `,"policyrevision":${JSON.stringify(revision)},"policyhash":${JSON.stringify(hash)}}`;
    }
    if (traceparent !== undefined) after = `,"traceparent":${JSON.stringify(traceparent)}${after}`;
    return {
      id: idStart + sequence,
      sequence,
      type,
      partitionkey,
      time,
      traceparent,
      severity: outline.stringOf(isOwn ? 'data.severity' : 'severity'),
      owner: outline.stringOf(isOwn ? 'data.owner' : 'owner'),
      text: joined(before, isOwn ? data : outline.whole(), after),
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

function joined(before: string, data: Buffer, after: string): Buffer {
  const beforeBytes = Buffer.byteLength(before);
  const text = Buffer.allocUnsafe(beforeBytes + data.length + Buffer.byteLength(after));
  text.write(before);
  text.set(data, beforeBytes);
  text.write(after, beforeBytes + data.length);
  return text;
}

/** The parts of a subject name, as JSON. */
interface Names {
  readonly subject: string;
  readonly domain: string;
  readonly source: string;
}

/** Of targets that are known; beyond that all are forgotten, and come again. */
const mostNames = 4096;

/** @throws subject-name.invalid */
function createNames(node: string): (subject: string) => Names {
  const known = new Map<string, Names>();
  return (subject) => {
    const before = known.get(subject);
    if (before) return before;
    const { method, domain } = parseSubjectName(subject);
    const names: Names = {
      subject: JSON.stringify(subject),
      domain: JSON.stringify(domain),
      source: JSON.stringify(eventSource(node, method)),
    };
    if (known.size >= mostNames) known.clear();
    known.set(subject, names);
    return names;
  };
}

/** Records of one batch have much in common. */
function ofTheLast<In, Out>(make: (from: In) => Out): (from: In) => Out {
  let last: { readonly from: In; readonly made: Out } | undefined;
  return (from) => {
    if (last?.from !== from) last = { from, made: make(from) };
    return last.made;
  };
}
