import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadProject, type Overrides } from '../config/project.ts';
import { messageOf, PolarError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import type { PolicyStamp } from '../model/policy.ts';
import type { Reading, Reread } from '../topology/reload.ts';

const withinMs = 60_000;

/** Judges the files of a project by "pzm check", in a process of its own: loading components takes time and room. */
export function createReread(file: string, overrides: Overrides): Reread {
  return async (): Promise<Reading> => {
    const { findings, policy, rules } = await checkFiles(file);
    const errors = findings.filter(({ severity }) => severity === 'error');
    if (errors.length > 0 || !policy) throw refused(errors);
    return { project: loadProject(file, overrides), policy, rulesDigest: rules.digest };
  };
}

function refused(findings: readonly Finding[]): PolarError {
  const message = 'The files have problems: everything stays as it was.';
  return new PolarError('reload.refused', message, {
    findings,
    hint: 'Correct the lines above; "pzm check" says whether all is well.',
  });
}

interface Checked {
  readonly findings: readonly Finding[];
  readonly policy: PolicyStamp | null;
  readonly rules: { readonly digest: string };
}

async function checkFiles(file: string): Promise<Checked> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const args = [main, 'check', '--quiet', '--format', 'json', '--config', file];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: withinMs,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  try {
    return JSON.parse(stdout) as Checked;
  } catch (cause) {
    const said = stderr.split('\n', 1)[0]?.replace(/^error: /, '') || messageOf(cause);
    throw new PolarError('reload.refused', `The files cannot be checked: ${said}`, {
      cause,
      hint: 'See: pzm check',
    });
  }
}
