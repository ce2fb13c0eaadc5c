import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatPolarIni } from '../../config/polar-ini.ts';
import { projectFile, readProject } from '../../config/project.ts';
import { messageOf, PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import { pathFrom } from '../failure.ts';
import { writeComponent } from '../new-component.ts';

const folders = ['policies', 'flows', 'actionmappings', 'components'] as const;

export async function run(call: Call): Promise<void> {
  const { component } = call.options as { readonly component?: string };
  if (component === undefined) makeProject(call);
  else await makeComponent(component, call);
}

function makeProject({ args: [dir = '.'], output }: Call): void {
  const root = resolve(dir);
  const there = [projectFile, ...folders].find((name) => isThere(join(root, name)));
  if (there !== undefined) {
    throw new PolarError('usage.invalid', `There is ${there} in ${root} already.`, {
      hint: 'Choose another folder; nothing was changed.',
    });
  }
  try {
    for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, projectFile), formatPolarIni(), { flag: 'wx' });
  } catch (cause) {
    throw new PolarError('io.unwritable', `The project cannot be made in ${root}: ${messageOf(cause)}.`, {
      cause,
      hint: 'Choose a folder that you can write.',
    });
  }
  const created = [projectFile, ...folders.map((folder) => `${folder}/`)];
  output.show({ root, created }, () => [`created ${created.join(' ')}`]);
  output.detail(`in ${pathFrom(process.cwd(), root)}`);
}

async function makeComponent(name: string, { args: [dir], start, output }: Call): Promise<void> {
  // A new project needs none of what the built-in components are made of.
  const { builtInMethods } = await import('../project-files.ts');
  const { root } = readProject(dir ?? start).project;
  const created = writeComponent(root, name, new Set(builtInMethods().keys()));
  output.show({ root, created }, () => [`created ${created.join(' ')}`]);
  output.note(`Next: map a step to it in actionmappings/, e.g. Subject?Flow?handle = ${name}.handle`);
}

/** An empty folder may wait for its first file. */
function isThere(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return false;
  return !found.isDirectory() || readdirSync(path).length > 0;
}
