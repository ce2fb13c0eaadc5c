import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openTargets, type Targets } from './targets.ts';

/** A project of its own, with everything that faults are injected under: flows, components, policies and their targets. */
export interface FaultProject {
  readonly folder: string;
  readonly dataDir: string;
  readonly runDir: string;
  /** What faults are told to processes through. */
  readonly faultsDir: string;
  remove(): Promise<void>;
}

const files = fileURLToPath(new URL('project', import.meta.url));

export interface ProjectOptions {
  /** Elsewhere than in the project: on a disk of its own. */
  readonly dataDir?: string;
  /** More sections of `polar.ini`. */
  readonly settings?: string;
}

export async function openProject(options: ProjectOptions = {}): Promise<FaultProject> {
  const folder = mkdtempSync(join(tmpdir(), 'pzm-faults-'));
  const targets = await openTargets();
  const { dataDir = join(folder, '.polar'), settings = '' } = options;
  cpSync(files, folder, { recursive: true });
  for (const name of ['policies', 'marks', 'faults']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'polar.ini'), polarIni(dataDir) + settings);
  writeFileSync(join(folder, 'policies', 'numbered.ini'), policyOf(targets));
  return {
    folder,
    dataDir,
    runDir: join(folder, 'run'),
    faultsDir: join(folder, 'faults'),
    async remove() {
      await targets.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// Deaths are charged to whoever was alone: so many of them are no reason to give a task up here.
const polarIni = (dataDir: string) => `[node]
name = anna
[run]
dir = run
[journal]
dir = ${dataDir}
[push]
max_attempts = 50
`;

/** The numbered source: ticks of targets whose facts change all the time. */
function policyOf({ url, names }: Targets): string {
  const sections = names.map((name) => `[http:${name}]\nurl = ${url}/${name}\n`);
  return `[http]\nevery = 250ms\nexpect.status = 200\n\n${sections.join('\n')}`;
}
