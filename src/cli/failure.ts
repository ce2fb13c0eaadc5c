import { relative, resolve } from 'node:path';
import { codeOf, errorCodes, messageOf, type PolarError } from '../model/errors.ts';
import { printable } from '../model/facts-text.ts';
import { type Finding, formatFinding, type Location } from '../model/finding.ts';

/** What the shell is told: 0 ok, 1 findings, 2 usage, 69 unavailable, 70 internal, 74 I/O, 78 configuration. */
export const exitCodes = { ok: 0, findings: 1, usage: 2, unavailable: 69, internal: 70, io: 74 } as const;

export function exitCodeOf(error: unknown): number {
  const code = codeOf(error);
  if (code) return errorCodes[code].exit;
  return isSystemError(error) ? exitCodes.io : exitCodes.internal;
}

/** `error: what`, then its places, each finding on a line of its own, and what to do next. */
export function failureLines(error: unknown, options: { cwd: string; verbose: boolean }): string[] {
  const { at, hint, findings = [] } = error as Partial<PolarError>;
  const lines = [`error: ${oneLine(messageOf(error))}`];
  if (at) lines.push(`  at ${placeText(at, options.cwd)}`);
  lines.push(...findings.map((finding) => findingLine(finding, options.cwd)));
  const next = hint ?? (isMistake(error) ? mistakeHint(options.verbose) : undefined);
  if (next) lines.push(`  → ${oneLine(next)}`);
  if (options.verbose) lines.push(...stackLines(error));
  return lines;
}

/** A finding with its file as one reaches it from the current folder; `root` is where a relative one starts. */
export function findingLine(finding: Finding, cwd: string, root = cwd): string {
  return oneLine(formatFinding({ ...finding, file: pathFrom(cwd, resolve(root, finding.file)) }));
}

/** The shorter of the two ways to write a path. */
export function pathFrom(cwd: string, path: string): string {
  const way = relative(cwd, path) || '.';
  return way.length < path.length ? way : path;
}

function placeText({ file, line, column }: Location, cwd: string): string {
  return `${pathFrom(cwd, resolve(cwd, file))}:${line}:${column}`;
}

/** Messages quote what others wrote, and a terminal obeys what is printed on it. */
function oneLine(text: string): string {
  return printable(text.replaceAll(/\s*\n\s*/g, ' '));
}

function isMistake(error: unknown): boolean {
  return codeOf(error) === undefined && !isSystemError(error);
}

/** Of Node itself: a file, socket or process that the operating system refused. */
function isSystemError(error: unknown): boolean {
  const { code, errno } = (error ?? {}) as { code?: unknown; errno?: unknown };
  return typeof code === 'string' && errno !== undefined;
}

function mistakeHint(isVerbose: boolean): string {
  const what = 'This is a mistake in polar-zmanager itself.';
  return isVerbose ? `${what} Please report it with the lines below.` : `${what} See where with --verbose.`;
}

function stackLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const cause = error.cause === undefined ? [] : [`  caused by: ${oneLine(messageOf(error.cause))}`];
  return [...frames, ...cause, ...(error.cause === undefined ? [] : stackLines(error.cause))];
}
