import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { KnownComponents } from '../flows/resolve.ts';
import type { Finding } from '../model/finding.ts';
import { type ComponentFolder, componentsDir, listComponents } from './folder.ts';
import { knownComponents } from './known.ts';

export interface ProbedComponents {
  /** Of the project; without the built-in ones. */
  readonly known: KnownComponents;
  readonly files: readonly string[];
  readonly findings: readonly Finding[];
}

const probeWithinMs = 8000;

/**
 * What the components of a project are, for whoever must not run them: a process of its own, which ends at once, loads
 * the modules and says their methods (ADR 12). It is started only where there are modules.
 */
export function probeComponents(projectDir: string, builtIn: ReadonlySet<string>): ProbedComponents {
  const folder = listComponents(projectDir, builtIn);
  const { methods, findings } = folder.modules.length === 0 ? nothing : probe(projectDir, builtIn);
  return {
    known: knownComponents(folder, new Map(methods.map(([name, own]) => [name, new Set(own)]))),
    files: filesOf(folder),
    findings: [...folder.findings, ...findings],
  };
}

interface ProbeAnswer {
  readonly methods: readonly (readonly [name: string, methods: readonly string[]])[];
  readonly findings: readonly Finding[];
}

const nothing: ProbeAnswer = { methods: [], findings: [] };

function probe(projectDir: string, builtIn: ReadonlySet<string>): ProbeAnswer {
  const main = fileURLToPath(new URL('./probe-main.js', import.meta.url));
  const { output, error, status, signal } = spawnSync(process.execPath, [main], {
    cwd: projectDir,
    env: { ...process.env, POLAR_PROBE_DIR: projectDir, POLAR_PROBE_BUILT_IN: [...builtIn].join(' ') },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    timeout: probeWithinMs,
    killSignal: 'SIGKILL',
  });
  try {
    return JSON.parse(String(output?.[3] ?? '')) as ProbeAnswer;
  } catch {
    const ended = error?.message ?? (signal === null ? `exit code ${status}` : signal);
    const message = `the modules end the process that loads them (${ended})`;
    const file = componentsDir(projectDir);
    const finding = {
      file,
      line: 1,
      column: 1,
      severity: 'error',
      code: 'component.load-failed',
      message,
    } as const;
    return { methods: [], findings: [finding] };
  }
}

function filesOf({ modules, executables }: ComponentFolder): string[] {
  return [...modules, ...executables].map(({ file }) => file).sort();
}
