import { describe, expect, it } from 'vitest';
import type { CommandSpec, FamilySpec } from '../../../src/cli/command.ts';
import { commandTable } from '../../../src/cli/command-table.ts';
import { createProgram, type Invocation } from '../../../src/cli/program.ts';

const commands = commandTable.flatMap(({ commands: specs }) => specs.flatMap((spec) => namedCommands(spec)));

function namedCommands(spec: CommandSpec | FamilySpec, prefix = ''): { name: string; spec: CommandSpec }[] {
  if (!('commands' in spec)) return [{ name: `${prefix}${spec.usage.split(' ')[0]}`, spec }];
  return spec.commands.flatMap((member) => namedCommands(member, `${prefix}${spec.name} `));
}

async function invoked(argv: string[], env: Record<string, string> = {}): Promise<Invocation> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    return await new Promise<Invocation>((resolve, reject) => {
      const program = createProgram(
        '1.2.3',
        async (invocation) => resolve(invocation),
        () => {},
      );
      program.parseAsync(argv, { from: 'user' }).catch(reject);
    });
  } finally {
    process.env = before;
  }
}

describe('every command', () => {
  it('can be loaded, and only then costs something', async () => {
    for (const { spec } of commands) expect(typeof (await spec.load()).run).toBe('function');
  });

  it('has an example of its own', () => {
    for (const { name, spec } of commands) {
      expect(spec.examples.length, name).toBeGreaterThan(0);
      expect(
        spec.examples.every(([line]) => line.includes(`pzm ${name}`)),
        name,
      ).toBe(true);
    }
  });

  it('has a name of its own', () => {
    const names = commands.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the command line', () => {
  it('reads arguments, options and what holds for all commands', async () => {
    const { name, args, options, global } = await invoked([
      'up',
      '--for',
      '40s',
      '--format',
      'jsonl',
      '--workers',
      '3',
    ]);
    expect({ name, args, options }).toEqual({ name: 'up', args: [], options: { for: 40_000, workers: 3 } });
    expect(global.format).toBe('jsonl');
  });

  it('takes global options before the command, too', async () => {
    expect((await invoked(['--config', 'x', 'state', 'http:*'])).global.config).toBe('x');
  });

  it('keeps a list at the end apart', async () => {
    expect(await invoked(['tap', 'a', 'b/'])).toMatchObject({ args: [], rest: ['a', 'b/'] });
    expect(await invoked(['tap'])).toMatchObject({ rest: [] });
  });

  it('reads each option from the environment, where it is not given', async () => {
    const env = { POLAR_WORKERS: '5', POLAR_FORMAT: 'jsonl' };
    const { options, global } = await invoked(['up', '--format', 'text'], env);
    expect(options).toEqual({ workers: 5 });
    expect(global.format).toBe('text');
  });

  it('takes a flag of the environment at its word', async () => {
    expect((await invoked(['state'], { POLAR_QUIET: '1' })).global.quiet).toBe(true);
    expect((await invoked(['state'], { POLAR_QUIET: 'false' })).global.quiet).toBeUndefined();
    expect((await invoked(['push', 'F'], { POLAR_NO_WAIT: '1' })).options['wait']).toBe(false);
  });
});
