import type { Component } from '../actors/component.ts';
import { methodsOf } from '../actors/components.ts';
import { executablePrefix } from '../flows/mapping.ts';
import type { KnownComponents } from '../flows/resolve.ts';
import type { Finding } from '../model/finding.ts';
import type { Logger } from '../telemetry/log.ts';
import { Executable } from './executable.ts';
import { listComponents } from './folder.ts';
import { knownComponents } from './known.ts';
import { loadModules } from './load-modules.ts';

/** What a project brings of its own, as a worker uses it. */
export interface ProjectComponents {
  readonly components: ReadonlyMap<string, Component>;
  readonly known: KnownComponents;
  readonly findings: readonly Finding[];
  /** Ends the executables in peace, when nothing is asked of them any more. */
  drain(): Promise<void>;
  close(): void;
}

/** Loads the modules; executables are started when they are first asked. */
export async function openProjectComponents(
  projectDir: string,
  builtIn: ReadonlySet<string>,
  log: Logger,
): Promise<ProjectComponents> {
  const folder = listComponents(projectDir, builtIn);
  const loaded = await loadModules(folder.modules);
  const executables = folder.executables.map((own) => ({
    name: `${executablePrefix}${own.name}`,
    executable: new Executable(own, { projectDir, log }),
  }));
  // However this process ends, except by SIGKILL: then they see that their input is closed.
  const kill = () => {
    for (const { executable } of executables) executable.kill();
  };
  process.once('exit', kill);
  return {
    components: new Map([
      ...loaded.components,
      ...executables.map(({ name, executable }) => [name, executable.component] as const),
    ]),
    known: knownComponents(folder, methodsOf(loaded.components)),
    findings: [...folder.findings, ...loaded.findings],
    async drain() {
      await Promise.all(executables.map(({ executable }) => executable.stop()));
    },
    close() {
      process.off('exit', kill);
      kill();
    },
  };
}
