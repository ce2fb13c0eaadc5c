import type { Overrides, Project } from '../config/project.ts';
import type { Format, Output } from './output.ts';

/** One command as the command line declares it. Light: what it does is loaded when it is called. */
export interface CommandSpec {
  /** As commander reads it: `observe <target> [what]`. */
  readonly usage: string;
  readonly summary: string;
  /** Besides text, which every command speaks. */
  readonly formats?: readonly Exclude<Format, 'text'>[];
  readonly options?: readonly OptionSpec[];
  /** `[command line, what it is for]` */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  readonly load: () => Promise<{ readonly run: Run }>;
}

/** A command that is only a family of others: `flow list`, `flow step add`. */
export interface FamilySpec {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly (CommandSpec | FamilySpec)[];
}

/** Its environment twin is `POLAR_` and its long name: `--max-age` is `POLAR_MAX_AGE`. */
export interface OptionSpec {
  readonly flags: string;
  readonly doc: string;
  /** Reads the value or throws a `SettingProblem`; without it the value stays text. */
  readonly read?: (text: string) => unknown;
  /** May be given more than once: its value is the list. */
  readonly isList?: boolean;
}

/** Resolves to the exit code, 0 when it says nothing. What it throws becomes the error's exit code. */
export type Run = (call: Call) => Promise<number> | Promise<void>;

export interface CommandTable {
  readonly commands: readonly (CommandSpec | FamilySpec)[];
  /** What every command takes. */
  readonly options: readonly OptionSpec[];
}

/** What a command is given. */
export interface Call {
  /** In the order of the usage; absent optional ones are undefined. */
  readonly args: readonly (string | undefined)[];
  /** What stands in place of a `...` argument at the end of the usage. */
  readonly rest: readonly string[];
  /** By their names in camel case. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Who gave an option its value; undefined when nobody did. */
  readonly optionSource: (name: string) => 'flag' | 'environment' | undefined;
  readonly output: Output;
  readonly version: string;
  /** The command line itself, for what is made of it. */
  readonly table: CommandTable;
  /** `--config`, or the current folder. */
  readonly start: string;
  /** @throws project.missing, config.invalid */
  readonly project: (overrides?: Overrides) => Project;
}
