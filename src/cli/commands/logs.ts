import { join } from 'node:path';
import { logsDir, type Project } from '../../config/project.ts';
import { codeOf } from '../../model/errors.ts';
import { logFile } from '../../telemetry/rotate-log.ts';
import { findNode, request } from '../../topology/control-client.ts';
import type { NodeStatus } from '../../topology/node.ts';
import type { Call } from '../command.ts';
import { exitCodes } from '../failure.ts';
import { type FileLines, followLines } from '../logs/file-lines.ts';
import {
  createLogFilter,
  formatLogData,
  formatLogLine,
  type LogLevel,
  type LogLine,
  parseLogLine,
} from '../logs/log-line.ts';
import { createLogPaint } from '../logs/log-paint.ts';
import { openSignals, untilAborted } from '../signals.ts';
import { unknownName } from '../unknown-name.ts';

interface LogsFlags {
  readonly follow?: boolean;
  readonly since?: number;
  readonly level?: LogLevel;
  readonly lines?: number;
}

/** As with tail: enough to see where one is. */
const linesBeforeFollowing = 10;
const lookEveryMs = 200;

/**
 * All processes write into one file, each line at once: it is in the order of time. What `up -d` and crashes have said
 * lies beside it, without times; it is shown as it comes, or when it is asked for by the name of `up`.
 */
export async function run(call: Call): Promise<number> {
  const { args, output, project: load } = call;
  const [name] = args;
  const { follow = false, since, level, lines: most } = call.options as LogsFlags;
  const project = load();
  const isOfUp = name === upName;
  const main = followLines(isOfUp ? upLog(project) : logFile(project.dataDir));
  const isMerged = name === undefined && level === undefined;
  const beside = follow && isMerged ? [followLines(upLog(project), { isFromEnd: true })] : [];
  try {
    const isWanted = isOfUp ? () => true : createLogFilter({ process: name, level, since });
    const past = readPast(isOfUp ? undefined : `${logFile(project.dataDir)}.1`, main);
    if (name !== undefined && !isOfUp) await requireKnown(name, past, project);
    const wanted = past.filter(isWanted);
    const last = most ?? (follow && since === undefined ? linesBeforeFollowing : wanted.length);
    const show = shower(call);
    show(last === 0 ? [] : wanted.slice(-last));
    if (past.length === 0 && !follow) output.note('nothing was logged here yet');
    if (!follow) return exitCodes.ok;
    const signals = openSignals();
    while (!signals.signal.aborted) {
      show([...linesOf(main).filter(isWanted), ...beside.flatMap(linesOf)]);
      await untilAborted(signals.signal, lookEveryMs);
    }
    signals.close();
    return signals.exitCode();
  } finally {
    for (const reading of [main, ...beside]) reading.close();
  }
}

const upName = 'up';
const upLog = (project: Project) => join(logsDir(project), 'up.log');

function readPast(older: string | undefined, main: FileLines): LogLine[] {
  if (older === undefined) return linesOf(main);
  const before = followLines(older);
  try {
    return [...linesOf(before), ...linesOf(main)];
  } finally {
    before.close();
  }
}

function linesOf(reading: FileLines): LogLine[] {
  return Array.from(reading.read(), parseLogLine);
}

function shower({ output }: Call): (lines: readonly LogLine[]) => void {
  const paint = createLogPaint(output.isColoured, output.palette);
  return (lines) => {
    const now = Date.now();
    // A line is a line on a terminal; whoever wants all of it has a pipe.
    const columns = process.stdout.isTTY ? process.stdout.columns : undefined;
    const textOf = (line: LogLine) => formatLogLine(line, now, paint, columns);
    output.lines(lines.map((line) => (output.format === 'text' ? textOf(line) : formatLogData(line))));
  };
}

/** Who has written, or runs and may write. @throws usage.invalid */
async function requireKnown(name: string, past: readonly LogLine[], project: Project): Promise<void> {
  const known = new Set(past.flatMap(({ entry }) => (entry ? [entry.process] : [])));
  if (known.has(name)) return;
  for (const running of await runningOn(project)) known.add(running);
  if (known.has(name)) return;
  throw unknownName('usage.invalid', 'process', name, [...known, upName]);
}

async function runningOn(project: Project): Promise<string[]> {
  const node = findNode(project);
  if (!node) return [];
  try {
    const { body } = await request(node.controlSocket, 'GET', '/status');
    return (body as NodeStatus).processes.map((process) => process.name);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return [];
  }
}
