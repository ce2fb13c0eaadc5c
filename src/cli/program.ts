import { Command, InvalidArgumentError, Option } from 'commander';
import { SettingProblem } from '../config/settings.ts';
import type { CommandSpec, FamilySpec, OptionSpec } from './command.ts';
import { commandTable } from './command-table.ts';
import { formats } from './output.ts';

export interface GlobalOptions {
  readonly format?: string;
  readonly config?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** What was called, as it was parsed: `rest` are the values of a `...` argument. */
export interface Invocation {
  readonly spec: CommandSpec;
  /** `journal verify` */
  readonly name: string;
  readonly args: readonly (string | undefined)[];
  readonly rest: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly optionSource: (name: string) => 'flag' | 'environment' | undefined;
  readonly global: GlobalOptions;
}

/** What every command takes. */
export const globalOptions: readonly OptionSpec[] = [
  { flags: '--format <format>', doc: `how to answer: ${formats.join(', ')}` },
  { flags: '--config <path>', doc: 'polar.ini, or its folder; the current folder if not given' },
  { flags: '--quiet', doc: 'nothing on stderr but errors' },
  { flags: '--verbose', doc: 'more on stderr' },
];

/**
 * The parser of the command line. It calls `invoke` for a command that was called well; for anything else, help and
 * version included, `parseAsync` rejects with commander's error, after `misused` was told in which command.
 */
export function createProgram(
  version: string,
  invoke: (invocation: Invocation) => Promise<void>,
  misused: (commandName: string) => void,
): Command {
  const program = new Command('pzm')
    .description('Observe services, compare with what is expected, and journal and deliver every change.')
    .usage('<command> [options]')
    .version(version)
    .helpCommand(false)
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: termOf,
      subcommandDescription: summaryOf,
    })
    // Errors are shown by the one that shows all errors.
    .configureOutput({ outputError: () => {} })
    .exitOverride(throwAs('', misused))
    .addHelpText('after', programHelp);
  addOptions(program, globalOptions);
  for (const { group, commands } of commandTable) {
    program.commandsGroup(`${group}:`);
    for (const spec of commands) declare(program, spec, '', invoke, misused);
  }
  return program;
}

function declare(
  parent: Command,
  spec: CommandSpec | FamilySpec,
  prefix: string,
  invoke: (invocation: Invocation) => Promise<void>,
  misused: (commandName: string) => void,
): void {
  if ('commands' in spec) {
    const family = parent.command(spec.name).description(spec.summary).usage('<command>').helpCommand(false);
    family.exitOverride(throwAs(`${prefix}${spec.name}`, misused));
    for (const member of spec.commands) declare(family, member, `${prefix}${spec.name} `, invoke, misused);
    return;
  }
  const [word = '', ...rest] = spec.usage.split(' ');
  const name = `${prefix}${word}`;
  const command = parent
    .command(spec.usage)
    .description(spec.summary)
    .usage(rest.join(' '))
    .exitOverride(throwAs(name, misused))
    .addHelpText('after', () => examplesText(spec));
  addOptions(command, spec.options ?? []);
  command.action(async () => {
    const values = command.processedArgs as (string | string[] | undefined)[];
    await invoke({
      spec,
      name,
      args: values.filter((value) => !Array.isArray(value)) as (string | undefined)[],
      rest: values.find((value) => Array.isArray(value)) ?? [],
      options: command.opts(),
      optionSource: (option) => sourceNames[command.getOptionValueSource(option) ?? ''],
      global: command.optsWithGlobals<GlobalOptions>(),
    });
  });
}

/** As commander calls them. */
const sourceNames: Readonly<Record<string, 'flag' | 'environment' | undefined>> = {
  cli: 'flag',
  env: 'environment',
};

/** `state [glob]`, `flow <command>` */
function termOf(command: Command): string {
  if (command.commands.length > 0) return `${command.name()} <command>`;
  const args = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...args].join(' ');
}

/** `how messages travel: list, lint, show` */
function summaryOf(command: Command): string {
  const members = command.commands.map((member) => member.name()).join(', ');
  return members === '' ? command.description() : `${command.description()}: ${members}`;
}

function addOptions(command: Command, specs: readonly OptionSpec[]): void {
  for (const { flags, doc, read, isList } of specs) {
    const option = new Option(flags, doc);
    const twin = `POLAR_${option.name().toUpperCase().replaceAll('-', '_')}`;
    if (!isOff(option, process.env[twin])) option.env(twin);
    if (read || isList) {
      option.argParser((text: string, before: unknown) => {
        const value = read ? readOption(read, text) : text;
        return isList ? [...((before as unknown[] | undefined) ?? []), value] : value;
      });
    }
    command.addOption(option);
  }
}

/** A flag is on when its twin is there at all, which nobody expects of `POLAR_QUIET=false`. */
function isOff(option: Option, value: string | undefined): boolean {
  return option.isBoolean() && (value === '' || value === '0' || value === 'false');
}

function readOption(read: (text: string) => unknown, text: string): unknown {
  try {
    return read(text);
  } catch (problem) {
    if (problem instanceof SettingProblem) throw new InvalidArgumentError(`It ${problem.message}.`);
    throw problem;
  }
}

function throwAs(name: string, misused: (commandName: string) => void) {
  return (error: Error): never => {
    misused(name);
    throw error;
  };
}

function examplesText({ examples, formats: spoken = [] }: CommandSpec): string {
  const lines = examples.map(([line, purpose]) => `  ${line}\n      ${purpose}`);
  return `\nExamples:\n${lines.join('\n')}\n\nFormats: ${['text', ...spoken].join(', ')}`;
}

const programHelp = `
Each option has a twin in the environment: POLAR_FORMAT, POLAR_CONFIG, …
Exit codes: 0 ok, 1 findings, 2 usage, 69 unavailable, 70 internal, 74 I/O,
  78 configuration.
Begin with: pzm up --demo   More about a command: pzm <command> --help`;
