import { printable } from '../../model/facts-text.ts';
import type { Cell } from '../columns.ts';
import { formatLine } from '../screen/line.ts';
import { cutToWidth } from '../screen/text-width.ts';

/** In the order of their weight. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A line of the log as it was written, and as much of it as could be read. */
export interface LogLine {
  readonly text: string;
  /** Undefined for what is no line of ours: a trace of a crash, say. */
  readonly entry: LogEntry | undefined;
}

export interface LogEntry {
  /** Ms since the epoch. */
  readonly time: number;
  readonly level: LogLevel;
  /** `worker-1` */
  readonly process: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function parseLogLine(text: string): LogLine {
  return { text, entry: entryOf(text) };
}

function entryOf(text: string): LogEntry | undefined {
  if (!text.startsWith('{')) return undefined;
  let said: Record<string, unknown>;
  try {
    said = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { level, time, name, msg, role: _role, pid: _pid, ...fields } = said;
  const known = logLevels.find((one) => one === level);
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (!known || Number.isNaN(at) || typeof name !== 'string') return undefined;
  return { time: at, level: known, process: name, message: typeof msg === 'string' ? msg : '', fields };
}

export interface LogWish {
  readonly process?: string | undefined;
  /** This one and the graver ones. */
  readonly level?: LogLevel | undefined;
  /** Ms since the epoch. */
  readonly since?: number | undefined;
}

/** Asked of the lines in their order: what cannot be read goes with the line before it. */
export function createLogFilter({ process, level, since }: LogWish): (line: LogLine) => boolean {
  const least = level === undefined ? 0 : logLevels.indexOf(level);
  let wasWanted = since === undefined && process === undefined && level === undefined;
  return ({ entry }) => {
    if (entry) {
      wasWanted =
        (process === undefined || entry.process === process) &&
        logLevels.indexOf(entry.level) >= least &&
        (since === undefined || entry.time >= since);
    }
    return wasWanted;
  };
}

/** How parts of a line stand out. */
export interface LogPaint {
  readonly dim: (text: string) => string;
  readonly level: (level: LogLevel, text: string) => string;
  readonly process: (process: string, text: string) => string;
}

/** Wide enough for the longest name that a process has by itself. */
const nameColumns = 'integration-manager'.length;
const levelColumns = 5;

/** `10:04:02.123 worker-1 info ready event=worker.ready`; of another day with its date. Cut to `columns`, if given. */
export function formatLogLine(
  { text, entry }: LogLine,
  now: number,
  paint: LogPaint,
  columns = Number.POSITIVE_INFINITY,
): string {
  if (!entry) return cutToWidth(printable(text), columns);
  const { time, level, process, message, fields } = entry;
  const cells: Cell[] = [
    { text: clockText(time, now), paint: paint.dim },
    ' ',
    { text: printable(process).padEnd(nameColumns), paint: (name) => paint.process(process, name) },
    ' ',
    { text: level.padEnd(levelColumns), paint: (word) => paint.level(level, word) },
    ` ${printable(message)}`,
    ...Object.entries(fields).flatMap(([name, value]): Cell[] => [
      { text: ` ${printable(name)}=`, paint: paint.dim },
      fieldText(value),
    ]),
  ];
  return formatLine(cells, columns);
}

/** The line as data: as it was written, with the process in front. */
export function formatLogData({ text, entry }: LogLine): string {
  if (!entry) return JSON.stringify({ process: null, raw: text });
  const body = text.slice(1).trimStart();
  return `{"process":${JSON.stringify(entry.process)}${body.startsWith('}') ? '' : ','}${body}`;
}

function fieldText(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return printable(value);
  return printable(JSON.stringify(value) ?? 'undefined');
}

function clockText(time: number, now: number): string {
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
  const exact = `${clock}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  if (at.toDateString() === new Date(now).toDateString()) return exact;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${exact}`;
}
