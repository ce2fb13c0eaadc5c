import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandSpec, FamilySpec } from '../../src/cli/command.ts';
import { commandTable } from '../../src/cli/command-table.ts';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'polar-usage-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function pzm(
  args: readonly string[],
  options: { env?: Record<string, string>; deaf?: boolean } = {},
): Promise<Ended> {
  const { env, deaf } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.stderr += text;
    });
    // Gone before the command has said anything.
    if (deaf) child.stdout.destroy();
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
  });
}

const wordsOf = (usage: string) => usage.split(' ');
const commands = commandTable.flatMap(({ commands: specs }) => specs.flatMap((spec) => callsOf(spec)));
function callsOf(spec: CommandSpec | FamilySpec): string[][] {
  if (!('commands' in spec)) return [wordsOf(spec.usage)];
  return spec.commands.flatMap((member) => callsOf(member).map((words) => [spec.name, ...words]));
}
const namesOf = (words: readonly string[]) => words.filter((word) => !/^[[<]/.test(word));
const parametersOf = (words: readonly string[]) => words.filter((word) => /^[[<]/.test(word));

describe('the command line', () => {
  it('shows its commands in five groups', async () => {
    const { code, stdout, stderr } = await pzm(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/^\w+:$/gm)).toEqual(['Options:', 'start:', 'see:', 'write:', 'prove:', 'run:']);
  });

  it('tells its version', async () => {
    expect(await pzm(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it('alone, or with half of a command, is a wrong call that shows help', async () => {
    for (const args of [[], ['flow'], ['flow', 'step'], ['policy'], ['journal']]) {
      const { code, stdout, stderr } = await pzm(args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toMatch(/^Usage: pzm/);
    }
  });

  it('asks whether another command was meant', async () => {
    const { code, stderr } = await pzm(['statsu']);
    expect(code).toBe(2);
    expect(stderr).toBe('error: unknown command \'statsu\'.\n  → Did you mean "status"?\n');
  });

  it('outside of a project names both ways on', async () => {
    for (const args of [
      ['up'],
      ['down'],
      ['status'],
      ['state'],
      ['check'],
      ['audit'],
      ['journal', 'verify'],
    ]) {
      const { code, stderr } = await pzm(args);
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(stderr).toMatch(/^error: There is no polar\.ini in .*\n {2}→ .*init.*up --demo/);
    }
  });

  it('takes no format that a command does not speak', async () => {
    const { code, stderr } = await pzm(['down'], { env: { POLAR_FORMAT: 'jsonl' } });
    expect(code).toBe(2);
    expect(stderr).toContain('Choose --format text or json.');
  });

  it('gives no colour to what is no terminal', async () => {
    for (const env of [{}, { NO_COLOR: '1' }]) {
      const { stdout, stderr } = await pzm(['flow', 'list'], { env });
      expect(stdout).toContain('ObserveTarget');
      expect(stdout + stderr).not.toContain('\u001b');
    }
  });

  it('says nothing more when nobody reads on', async () => {
    expect(await pzm(['--quiet', 'flow', 'list'], { deaf: true })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });
});

// A few of them as they were built; test/unit/cli/usage-walk.test.ts walks all.
const some = commands.filter((_, index) => index % 9 === 0);
describe.each(some.map((words) => ({ name: namesOf(words).join(' '), words })))('$name', ({ words }) => {
  it('explains itself', async () => {
    const { code, stdout } = await pzm([...namesOf(words), '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: pzm ${namesOf(words).join(' ')}[^]*\nExamples:\n {2}`));
  });

  it('called wrongly, ends with 2 and says what to look at', async () => {
    const required = parametersOf(words).filter((word) => word.startsWith('<'));
    const wrong = [
      ['--no-such-option'],
      ...(required.length > 0 ? [[]] : []),
      ...(words.some((word) => word.includes('...')) ? [] : [Array.from({ length: 9 }, () => 'x')]),
    ];
    for (const args of wrong) {
      const { code, stdout, stderr } = await pzm([...namesOf(words), ...args]);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toMatch(/^error: .*\.\n {2}→ (See: pzm|Did you mean)/);
    }
  });
});
