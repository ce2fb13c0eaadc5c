import { type Palette, plainPalette } from '../model/event-text.ts';
import { ansiPalette } from '../model/palette.ts';
import { createProgressLine, type ProgressLine } from './progress.ts';

/** `mermaid` and `sarif` are for the tools that read them; few commands speak them. */
export const formats = ['text', 'json', 'jsonl', 'mermaid', 'sarif'] as const;
export type Format = (typeof formats)[number];

/** Where a command says things: data on stdout, narration on stderr. */
export interface Output {
  readonly format: Format;
  readonly isVerbose: boolean;
  /** Whether stdout takes colour. */
  readonly isColoured: boolean;
  /** For data. */
  readonly palette: Palette;
  /** The answer of a command: for people as lines, else as data; a list with `jsonl` is one item a line. */
  show(data: unknown, text: () => readonly string[]): void;
  /** Lines of a stream on stdout, in whatever format they are. */
  lines(lines: readonly string[]): void;
  /** Bytes of a stream on stdout, as they are. */
  bytes(chunk: Uint8Array): void;
  /** What is going on, on stderr; silent with `--quiet`. */
  note(text: string): void;
  /** What only a closer look needs, on stderr with `--verbose`. */
  detail(text: string): void;
  /** Shows on stderr what is waited for, while `work` takes over a second; nothing where that is no terminal. */
  readonly during: ProgressLine['during'];
}

export interface OutputOptions {
  readonly format: Format;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly colour: boolean;
}

interface Writer {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string | Uint8Array): unknown;
}

export function createOutput(options: OutputOptions, stdout: Writer, stderr: Writer): Output {
  const { format, quiet, verbose, colour } = options;
  const isWatched = stderr.isTTY === true && !quiet && process.env['TERM'] !== 'dumb';
  const progress = createProgressLine(isWatched ? stderr : undefined);
  const lines = (texts: readonly string[]) => {
    if (texts.length === 0) return;
    progress.clear();
    stdout.write(`${texts.join('\n')}\n`);
  };
  const narrate = (text: string) => {
    progress.clear();
    stderr.write(`${text}\n`);
  };
  return {
    format,
    isVerbose: verbose,
    isColoured: colour,
    palette: colour ? ansiPalette : plainPalette,
    show(data, text) {
      if (format === 'text') lines(text());
      else if (format === 'json') lines([JSON.stringify(data, null, 2)]);
      else lines((Array.isArray(data) ? data : [data]).map((item) => JSON.stringify(item)));
    },
    lines,
    bytes(chunk) {
      progress.clear();
      stdout.write(chunk);
    },
    note(text) {
      if (!quiet) narrate(text);
    },
    detail(text) {
      if (verbose) narrate(text);
    },
    during: progress.during,
  };
}

/** Colour is for terminals whose user has not said no (https://no-color.org). */
export function takesColour(
  stream: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}
