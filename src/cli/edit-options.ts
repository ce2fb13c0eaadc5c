import type { OptionSpec } from './command.ts';

/** What every command that edits flows or mappings takes. */
export const editOptions: readonly OptionSpec[] = [
  { flags: '--dry-run', doc: 'show what would change, and write nothing' },
  { flags: '--force', doc: 'write even what has new problems' },
  { flags: '--no-wait', doc: 'do not wait until the running node has read it' },
];

export const fileOption = (folder: string, fallback: string): OptionSpec => {
  return { flags: '--file <name>', doc: `of ${folder}/, where it is written (${fallback})` };
};

export const placeOptions: readonly OptionSpec[] = [
  { flags: '--before <step>', doc: 'the step that comes next: its text, or its place counted from 1' },
  { flags: '--after <step>', doc: 'the step that comes first' },
];
