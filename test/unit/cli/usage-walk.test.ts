import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandSpec, FamilySpec, OptionSpec } from '../../../src/cli/command.ts';
import { commandTable } from '../../../src/cli/command-table.ts';
import { formats } from '../../../src/cli/output.ts';
import { createProgram, globalOptions, type Invocation } from '../../../src/cli/program.ts';
import { runCommand } from '../../../src/cli/run-command.ts';

/* Over every command of the table, so that a new one is walked, too. Nothing here gets as far as doing anything. */

interface Walked {
  readonly name: string;
  readonly words: readonly string[];
  readonly args: readonly string[];
  readonly options: readonly OptionSpec[];
  readonly spoken: readonly string[];
}

const commands = commandTable.flatMap(({ commands: specs }) => specs.flatMap((spec) => walk(spec, [])));
function walk(spec: CommandSpec | FamilySpec, before: readonly string[]): Walked[] {
  if ('commands' in spec) return spec.commands.flatMap((member) => walk(member, [...before, spec.name]));
  const [word = '', ...args] = spec.usage.split(' ');
  const words = [...before, word];
  const spoken = ['text', ...(spec.formats ?? [])];
  return [
    { name: words.join(' '), words, args, options: [...(spec.options ?? []), ...globalOptions], spoken },
  ];
}

const requiredOf = ({ args }: Walked) => args.filter((arg) => arg.startsWith('<')).map(() => 'x');
const longOf = ({ flags }: OptionSpec) => /--[\w-]+/.exec(flags)?.[0] ?? '';
const takesValue = ({ flags }: OptionSpec) => flags.includes('<');
const twinOf = (option: OptionSpec) => `POLAR_${longOf(option).slice(2).toUpperCase().replaceAll('-', '_')}`;

// Options that mean a time ago mean the same one twice.
beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

let said = { stdout: '', stderr: '' };
beforeEach(() => {
  said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += String(text);
      return true;
    });
  }
});
afterEach(() => vi.restoreAllMocks());

async function called(argv: readonly string[]) {
  said = { stdout: '', stderr: '' };
  const code = await runCommand(argv, '1.2.3');
  return { argv: argv.join(' '), code, ...said };
}

/** One line of what is wrong, one of what to do, nothing else, and no colour. */
const refusal = (argv: readonly string[]) => ({
  argv: argv.join(' '),
  code: 2,
  stdout: '',
  stderr: expect.stringMatching(/^error: [^\n\u001b]+\n {2}→ [^\n\u001b]+\n$/),
});

describe.each(commands)('$name', (command) => {
  const { words, args, options, spoken } = command;

  it('refuses an option that it does not have', async () => {
    const argv = [...words, ...requiredOf(command), '--no-such-option'];
    expect(await called(argv)).toEqual(refusal(argv));
  });

  const mustHaveOne = args.some((arg) => arg.startsWith('<'));
  if (mustHaveOne)
    it('refuses to go without an argument', async () => {
      expect(await called(words)).toEqual(refusal(words));
    });

  const takesAny = args.some((arg) => arg.includes('...'));
  if (!takesAny)
    it('refuses an argument too many', async () => {
      const argv = [...words, ...args.map(() => 'x'), 'x'];
      expect(await called(argv)).toEqual(refusal(argv));
    });

  it('refuses an option without its value, and values that are none', async () => {
    for (const option of options.filter(takesValue)) {
      const bare = [...words, ...requiredOf(command), longOf(option)];
      expect(await called(bare)).toEqual(refusal(bare));
      if (!option.read) continue;
      const odd = [...bare, '§ no such value'];
      expect(await called(odd)).toEqual(refusal(odd));
    }
  });

  it('refuses a format that it does not speak, and any that nobody does', async () => {
    const others = formats.filter((format) => !spoken.includes(format) && format !== 'json');
    for (const format of [...others, 'xml']) {
      const argv = [...words, ...requiredOf(command), '--format', format];
      expect(await called(argv)).toEqual(refusal(argv));
    }
  });

  it('speaks JSON, as one document or a line each', () => {
    expect(spoken.some((format) => format === 'json' || format === 'jsonl')).toBe(true);
  });

  it('has its own help, with examples', async () => {
    const { code, stdout, stderr } = await called([...words, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/\nExamples:\n {2}\S/);
  });

  it('reads each option from the environment', async () => {
    for (const option of options) {
      const value = takesValue(option) ? valueFor(option) : '1';
      const flags = takesValue(option) ? [longOf(option), value] : [longOf(option)];
      const argv = [...words, ...requiredOf(command)];
      const byFlag = await parsed([...argv, ...flags], {});
      const byTwin = await parsed(argv, { [twinOf(option)]: value });
      expect(byFlag.options, longOf(option)).not.toEqual({});
      expect({ twin: twinOf(option), options: byTwin.options }).toEqual({
        twin: twinOf(option),
        options: byFlag.options,
      });
    }
  });
});

it('is all on the first page, in 80 columns', async () => {
  const { code, stdout } = await called(['--help']);
  expect(code).toBe(0);
  for (const { words } of commands) expect(stdout).toMatch(new RegExp(`\\n  ${words[0]}\\b`));
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

const samples = [
  '1',
  '5s',
  '1h',
  'json',
  'info',
  'targets',
  '64KiB',
  'amqp://localhost',
  '10:04',
  'beginning',
];

function valueFor({ flags, read }: OptionSpec): string {
  const found = samples.find((sample) => {
    try {
      read?.(sample);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error(`No sample is a value for ${flags}; add one.`);
  return found;
}

async function parsed(argv: readonly string[], env: Record<string, string>): Promise<Invocation> {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith('POLAR_')) delete process.env[name];
  Object.assign(process.env, env);
  try {
    return await new Promise<Invocation>((resolve, reject) => {
      const program = createProgram(
        '1.2.3',
        async (invocation) => resolve(withGlobal(invocation)),
        () => {},
      );
      program.parseAsync([...argv], { from: 'user' }).catch(reject);
    });
  } finally {
    process.env = before;
  }
}

const withGlobal = (invocation: Invocation): Invocation => ({
  ...invocation,
  options: { ...invocation.options, ...invocation.global },
});
