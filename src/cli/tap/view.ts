import { bodyOf } from '../../model/envelope.ts';
import { codeOf, messageOf } from '../../model/errors.ts';
import { eventLines } from '../../model/event-text.ts';
import type { Output } from '../output.ts';
import { createEventLines, type EventLines } from './event-line.ts';
import { headerText } from './header.ts';
import { createRates, type RateLine, rateText } from './rate.ts';
import type { RecordFile } from './record-file.ts';
import { recordLine } from './recording.ts';
import { type Sighting, targetOf } from './sighting.ts';
import { createTally, summaryLines } from './summary.ts';

/** How events are shown. */
export interface ViewFlags {
  /** In place of events. */
  readonly rate?: boolean;
  readonly headers?: boolean;
  readonly raw?: boolean;
  readonly deltas?: boolean;
  readonly summary?: boolean;
  /** False with `--no-events`. */
  readonly events?: boolean;
}

/** What becomes of the events that are wanted: lines on stdout, counts, a recording. */
export interface View {
  take(sighting: Sighting): void;
  /** Writes what was taken. */
  flush(): void;
  /** Everything up to `now` was taken. */
  tick(now: number): void;
  end(filled: number): void;
}

export function createView(flags: ViewFlags, output: Output, file: RecordFile | undefined): View {
  const show = createShow(flags, output);
  const rates = flags.rate ? createRates() : undefined;
  const tally = flags.summary ? createTally() : undefined;
  let lines: (string | Buffer)[] = [];
  let recorded: string[] = [];
  const isShown = !flags.rate && flags.events !== false;
  const rateLines = (seconds: readonly RateLine[]) => {
    for (const line of seconds) lines.push(rateLine(line, output));
  };
  return {
    take(sighting) {
      const { record } = sighting;
      if (isShown) show(sighting, lines);
      if (rates) rateLines(rates.add(record.topic, record.time));
      if (file) recorded.push(recordLine(sighting.header, record.record));
      tally?.add({
        sequence: record.sequence,
        time: record.time,
        topic: record.topic,
        type: sighting.event?.type ?? '(no event)',
        target: sighting.event ? targetOf(sighting.event) : sighting.header.subject,
        bytes: bodyOf(record.record, 0).length,
      });
    },
    flush() {
      const written = lines;
      lines = [];
      write(written, output);
      file?.write(recorded);
      recorded = [];
    },
    tick(now) {
      if (rates) rateLines(rates.tick(now));
    },
    end(filled) {
      if (rates) rateLines(rates.end());
      if (tally) {
        const summary = tally.summary(filled);
        lines.push(...(output.format === 'text' ? summaryLines(summary) : [JSON.stringify({ summary })]));
      }
      this.flush();
      file?.close();
    },
  };
}

type Show = (sighting: Sighting, into: (string | Buffer)[]) => void;

function createShow(flags: ViewFlags, output: Output): Show {
  let lines: EventLines | undefined;
  const lineOf = ({ journal, record }: Sighting) => {
    if (lines?.journal !== journal) lines = createEventLines(journal);
    return lines.lineOf(record);
  };
  let before: number | undefined;
  const deltaOf = (time: number) => {
    const delta = before === undefined ? 0 : time - before;
    before = time;
    return delta;
  };
  return (sighting, into) => {
    const { record } = sighting;
    const delta = flags.deltas ? deltaOf(record.time) : 0;
    if (output.format !== 'text') {
      const line = eventJson(sighting, lineOf, output);
      if (line !== undefined)
        into.push(flags.headers || flags.deltas ? wrapped(line, sighting, flags, delta) : line);
      return;
    }
    if (flags.headers) into.push(output.palette.dim(headerText(sighting.header)));
    if (flags.raw) {
      into.push(bodyOf(record.record, 0));
      return;
    }
    const { event } = sighting;
    if (!event) {
      output.note(`seq ${record.sequence} is no event: ${sighting.problem}`);
      return;
    }
    const texts = eventLines(event, output.palette);
    if (!flags.deltas) into.push(...texts);
    else into.push(...texts.map((text, index) => `${index === 0 ? deltaText(delta) : noDelta}  ${text}`));
  };
}

/** Undefined for a record that can never be delivered; it must not hide those behind it. */
function eventJson(sighting: Sighting, lineOf: (sighting: Sighting) => Buffer, output: Output) {
  try {
    return lineOf(sighting);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    output.note(`seq ${sighting.record.sequence} is no event: ${messageOf(error)}`);
    return undefined;
  }
}

function wrapped(event: Buffer, { header }: Sighting, flags: ViewFlags, delta: number): string {
  const parts = [
    ...(flags.deltas ? [`"deltaMs":${delta}`] : []),
    ...(flags.headers ? [`"header":${JSON.stringify(header)}`] : []),
    `"event":${event}`,
  ];
  return `{${parts.join(',')}}`;
}

/** `+204 ms`, `+1.204 s`, `+3725 s`: right-aligned, so that what is slow stands out. */
export function deltaText(deltaMs: number): string {
  const ms = Math.abs(deltaMs);
  const text = ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(ms < 100_000 ? 3 : 0)} s`;
  return `${deltaMs < 0 ? '-' : '+'}${text}`.padStart(deltaColumns);
}

const deltaColumns = 10;
const noDelta = ' '.repeat(deltaColumns);

function rateLine(line: RateLine, { format }: Output): string {
  const { second, total, topics } = line;
  if (format === 'text') return rateText(line, Date.now());
  return JSON.stringify({ time: new Date(second).toISOString(), total, topics: Object.fromEntries(topics) });
}

function write(lines: readonly (string | Buffer)[], output: Output): void {
  if (lines.length === 0) return;
  if (lines.every((line) => typeof line === 'string')) output.lines(lines as string[]);
  else output.bytes(joined(lines));
}

/** What is bytes goes out byte by byte; each is followed by the end of a line. */
function joined(lines: readonly (string | Buffer)[]): Buffer {
  let size = lines.length;
  for (const line of lines) size += Buffer.byteLength(line);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const line of lines) {
    if (typeof line === 'string') at += bytes.write(line, at);
    else {
      bytes.set(line, at);
      at += line.length;
    }
    bytes[at++] = lineFeed;
  }
  return bytes;
}

const lineFeed = 0x0a;
