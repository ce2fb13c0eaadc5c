import type { CommandSpec, FamilySpec } from './command.ts';
import { proveCommands } from './groups/prove.ts';
import { runCommands } from './groups/run.ts';
import { seeCommands } from './groups/see.ts';
import { startCommands } from './groups/start.ts';
import { writeCommands } from './groups/write.ts';

/**
 * Every command, in the groups and the order in which help shows them. Each group is declared in `groups/`; what a
 * command does is in `commands/`.
 */
export const commandTable: readonly {
  readonly group: string;
  readonly commands: readonly (CommandSpec | FamilySpec)[];
}[] = [
  { group: 'start', commands: startCommands },
  { group: 'see', commands: seeCommands },
  { group: 'write', commands: writeCommands },
  { group: 'prove', commands: proveCommands },
  { group: 'run', commands: runCommands },
];
