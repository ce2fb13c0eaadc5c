import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { blankNonCode } from './blank-non-code.ts';

/** One file of src/, as the laws look at it. */
export interface SourceFile {
  /** From src/ on, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The text with comments, strings and patterns blanked: same length, same lines. */
  readonly code: string;
  /** Static, dynamic and type-only imports alike: each couples two files. */
  readonly imports: readonly Import[];
}

export interface Import {
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** The file of src/ that is meant; undefined for a package. */
  readonly file: string | undefined;
}

export function readSources(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => parseSource(path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export function parseSource(path: string, text: string): SourceFile {
  const code = blankNonCode(text);
  const imports = [...code.matchAll(/\b(?:from|import|(?:import|require)\s*\()\s*(['"])( *)\1/g)].map(
    (match) => {
      const quoteAt = match.index + match[0].length - match[2]!.length - 2;
      const specifier = text.slice(quoteAt + 1, quoteAt + 1 + match[2]!.length);
      const file = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
      return { line: lineAt(text, quoteAt), specifier, file };
    },
  );
  return { path, text, code, imports };
}

/** 1-based. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
