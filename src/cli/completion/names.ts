import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Project, readProject } from '../../config/project.ts';
import { parseIni } from '../../ini/document.ts';
import { findNode, request } from '../../topology/control-client.ts';
import type { NodeStatus } from '../../topology/node.ts';
import { restartOrder, workerNames } from '../../topology/processes.ts';
import { productDir } from '../product-dir.ts';
import type { NameKind } from './places.ts';

/** As a shell asks while somebody types: what files call their sections, without judging them. */
export async function namesOf(kind: NameKind, start: string): Promise<string[]> {
  const { project } = readProject(start);
  if (kind === 'processes') return processesOf(project);
  const folders = kind === 'targets' ? [project.policiesDir] : [project.flowsDir, join(productDir, 'flows')];
  const sections = folders.flatMap(sectionsIn);
  // A section without a domain is about all targets of its kind.
  const names = kind === 'targets' ? sections.filter((name) => name.includes(':')) : sections;
  return [...new Set(names)].sort();
}

async function processesOf(project: Project): Promise<string[]> {
  const node = findNode(project);
  if (!node) return restartOrder(workerNames(project.settings.workers));
  const { body } = await request(node.controlSocket, 'GET', '/status', undefined, 2000);
  return (body as NodeStatus).processes.map(({ name }) => name);
}

function sectionsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.ini') && !name.endsWith('.test.ini'))
      .flatMap((name) => parseIni(readFileSync(join(folder, name), 'utf8'), name).document.sections)
      .map(({ name }) => name);
  } catch {
    // Nobody is helped by an error while a line is typed.
    return [];
  }
}
