import { ActorSystem } from '../actors/actor-system.ts';
import { createComponents, methodsOf } from '../actors/components.ts';
import { openProjectComponents } from '../components/project-components.ts';
import type { Project } from '../config/project.ts';
import type { FlowCase } from '../flow-tests/case.ts';
import type { Mismatch } from '../flow-tests/compare.ts';
import { runCase } from '../flow-tests/run-case.ts';
import { loadFlows, loadMappings } from '../flows/load.ts';
import { resolveFlows } from '../flows/resolve.ts';
import { observerKinds } from '../observers/kinds.ts';
import { walkOf } from '../worker/walks.ts';
import { productDir } from './product-dir.ts';

export interface CaseReport extends Pick<FlowCase, 'name' | 'file' | 'line'> {
  readonly mismatches: readonly Mismatch[];
}

/** One after the other, with the project's real components where a case has no stub for them. */
export async function runCases(project: Project, cases: readonly FlowCase[]): Promise<CaseReport[]> {
  if (cases.length === 0) return [];
  const clock = { nowMs: 0 };
  const actors = new ActorSystem();
  const now = () => clock.nowMs;
  const builtIn = createComponents({ kinds: observerKinds, actors, projectDir: project.root, now });
  const say = () => {};
  const log = { debug: say, info: say, warn: say, error: say };
  const own = await openProjectComponents(project.root, new Set(builtIn.keys()), log);
  try {
    const folders = { productDir, projectDir: project.root };
    const known = new Map([...methodsOf(builtIn), ...own.known]);
    const { flows } = resolveFlows(loadFlows(folders).flows, loadMappings(folders).mappings, known);
    const walk = (name: string) => {
      const flow = flows.get(name);
      return flow && walkOf(flow);
    };
    const { node, settings } = project;
    const { maxAttempts, answerWithinMs } = settings;
    const components = new Map([...builtIn, ...own.components]);
    const reports: CaseReport[] = [];
    for (const one of cases) {
      const { name, file, line } = one;
      const setting = { components, clock, walk, node, maxAttempts, answerWithinMs };
      reports.push({ name, file, line, mismatches: await runCase(one, setting) });
    }
    await own.drain();
    return reports;
  } finally {
    own.close();
    actors.stop();
  }
}
