import type { CommanderError } from 'commander';
import { loadProject } from '../config/project.ts';
import { PolarError } from '../model/errors.ts';
import { commandTable } from './command-table.ts';
import { exitCodeOf, exitCodes, failureLines } from './failure.ts';
import { createOutput, type Format, formats, type Output, takesColour } from './output.ts';
import { createProgram, globalOptions, type Invocation } from './program.ts';

const table = { commands: commandTable.flatMap(({ commands }) => commands), options: globalOptions };

/** Runs one command line, e.g. `['state', '--format', 'json']`, and resolves to its exit code; never rejects. */
export async function runCommand(argv: readonly string[], version: string): Promise<number> {
  let exitCode: number = exitCodes.ok;
  let misusedCommand = '';
  let isVerbose = false;
  const program = createProgram(
    version,
    async (invocation) => {
      isVerbose = invocation.global.verbose ?? false;
      exitCode = await invoke(invocation, version);
    },
    (name) => {
      misusedCommand = name;
    },
  );
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (isCommanderError(error)) return endOfParsing(error, misusedCommand);
    return reportFailure(error, isVerbose);
  }
}

async function invoke(invocation: Invocation, version: string): Promise<number> {
  const { spec, args, rest, options, optionSource, global } = invocation;
  const output = outputFor(invocation);
  const start = global.config ?? process.cwd();
  const { run } = await spec.load();
  const project = (overrides = {}) => loadProject(start, overrides);
  const call = { args, rest, options, optionSource, output, version, table, start, project };
  return (await run(call)) ?? exitCodes.ok;
}

/** @throws usage.invalid for a format that the command does not speak */
function outputFor({ spec, name, global }: Invocation): Output {
  const spoken: readonly Format[] = ['text', ...(spec.formats ?? [])];
  const asked = formats.find((candidate) => candidate === (global.format ?? 'text'));
  // A stream has no end at which a document would be closed.
  const format = asked === 'json' && !spoken.includes('json') ? 'jsonl' : asked;
  if (!format || !spoken.includes(format)) {
    throw new PolarError('usage.invalid', `"${name}" does not answer in the format "${global.format}".`, {
      hint: `Choose --format ${spoken.join(' or ')}.`,
    });
  }
  const colour = takesColour(process.stdout, process.env);
  const { quiet = false, verbose = false } = global;
  return createOutput({ format, quiet, verbose, colour }, process.stdout, process.stderr);
}

/** Help and version are answers; everything else that commander ends with is a wrong call. */
function endOfParsing({ exitCode, code, message }: CommanderError, name: string): number {
  if (exitCode === 0) return exitCodes.ok;
  // The help of a family that was called without a member was printed already.
  if (code === 'commander.help') return exitCodes.usage;
  const [, what = message, meant] =
    /^(?:error: )?(.*?)\.?\s*(?:\(Did you mean (.*)\?\))?$/s.exec(message) ?? [];
  if (/^unknown option '--?\S*(?:password|passwd|secret|token)/i.test(what)) return refuseSecret();
  const hint = meant ? `Did you mean "${meant}"?` : `See: pzm ${name === '' ? '' : `${name} `}--help`;
  return reportFailure(new PolarError('usage.invalid', `${what}.`, { hint }), false);
}

/** What was written is not repeated: it may hold the secret. */
function refuseSecret(): number {
  const message = 'A secret does not belong on a command line, where every user of the machine can read it.';
  const hint = 'Put it into a file of your own, e.g. --broker-password-file, or into the environment.';
  return reportFailure(new PolarError('usage.invalid', message, { hint }), false);
}

/** Says on stderr what went wrong, and returns the exit code of it. */
export function reportFailure(error: unknown, verbose: boolean): number {
  const lines = failureLines(error, { cwd: process.cwd(), verbose });
  process.stderr.write(`${lines.join('\n')}\n`);
  return exitCodeOf(error);
}

function isCommanderError(error: unknown): error is CommanderError {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('commander.');
}
