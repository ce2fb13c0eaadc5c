/** A place in a file that a user wrote; lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Severity = 'error' | 'warning' | 'note';

/** One problem of a file that a user wrote. All problems are collected; none stops the reading of the rest. */
export interface Finding extends Location {
  readonly severity: Severity;
  /** Dotted, stable, e.g. `policy.unknown-key`. */
  readonly code: string;
  /** What is wrong, and where it helps, what was probably meant. */
  readonly message: string;
}

/** `file:line:column: severity code message`, one line. */
export function formatFinding({ file, line, column, severity, code, message }: Finding): string {
  return `${file}:${line}:${column}: ${severity} ${code} ${message}`;
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}

export function byPlace(a: Finding, b: Finding): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;
}
