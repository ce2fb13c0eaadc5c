import type { JournalRecord } from '../../journal/batch.ts';
import { eventOf } from '../../journal/record-event.ts';
import { bodyOf, readField } from '../../model/envelope.ts';
import { parseSubjectName } from '../../model/subject-name.ts';

type Journal = Parameters<typeof eventOf>[1];

/**
 * The event of a record as one line of JSON. The body of somebody's own event stays the text that it is: it is read, to
 * know that it is JSON, and not written anew.
 */
export interface EventLines {
  readonly journal: Journal;
  /** @throws body.not-data, subject-name.invalid */
  lineOf(record: JournalRecord): string;
}

export function createEventLines(journal: Journal): EventLines {
  const names = new Map<string, string>();
  const types = new Map<string, string>();
  let [time, timeText] = [Number.NaN, ''];
  const lineOf = (record: JournalRecord) => {
    const body = bodyOf(record.record, 0);
    const text = body.toString();
    // Our own events are written otherwise than they lie there; so is what would not stay on one line.
    if (text.includes('\n') || text.includes('\r') || !isForeign(text))
      return JSON.stringify(eventOf(record, journal));
    const name = readField(record.record, 0, 'subject') || readField(record.record, 0, 'key');
    const traceparent = readField(record.record, 0, 'traceparent');
    if (record.time !== time) [time, timeText] = [record.time, new Date(record.time).toISOString()];
    return (
      `{"specversion":"1.0","id":"${journal.id}-${record.sequence}",${cached(types, record.topic, typeText)}` +
      `${cached(names, name, (fresh) => nameText(fresh, journal.node))}"time":"${timeText}",` +
      `"datacontenttype":"application/json","sequence":"${record.sequence}","chainhead":"${record.chainHead}",` +
      `${traceparent === '' ? '' : `"traceparent":${JSON.stringify(traceparent)},`}"data":${text}}`
    );
  };
  return { journal, lineOf };
}

/** False for what is no JSON, too. */
function isForeign(text: string): boolean {
  try {
    const body: unknown = JSON.parse(text);
    const { type } = (body ?? {}) as { type?: unknown };
    return typeof type !== 'string' || !type.startsWith('polar.');
  } catch {
    return false;
  }
}

function typeText(topic: string): string {
  const [flow = '', action = ''] = topic.split('/');
  return `"type":${JSON.stringify(`polar.flow.${flow}.${action}`)},`;
}

/** @throws subject-name.invalid */
function nameText(name: string, node: string): string {
  const { method, domain } = parseSubjectName(name);
  const source = `/polar/${encodeURIComponent(node)}/${encodeURIComponent(method)}`;
  return `"source":${JSON.stringify(source)},"subject":${JSON.stringify(domain)},"partitionkey":${JSON.stringify(name)},`;
}

const mostCached = 10_000;

function cached(known: Map<string, string>, name: string, make: (name: string) => string): string {
  let text = known.get(name);
  if (text === undefined) {
    if (known.size >= mostCached) known.clear();
    text = make(name);
    known.set(name, text);
  }
  return text;
}
