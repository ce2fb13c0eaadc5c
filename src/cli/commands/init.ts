import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { formatPolarIni } from '../../config/polar-ini.ts';
import { projectFile, readProject } from '../../config/project.ts';
import { messageOf, PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import { pathFrom } from '../failure.ts';
import { writeComponent } from '../new-component.ts';

const folders = ['policies', 'flows', 'actionmappings', 'components'] as const;

export async function run(call: Call): Promise<void> {
  const { component, devCerts = false } = call.options as {
    readonly component?: string;
    readonly devCerts?: boolean;
  };
  if (component !== undefined && devCerts) {
    throw new PolarError('usage.invalid', '--component and --dev-certs are two things.', {
      hint: 'Ask for one after the other.',
    });
  }
  if (component !== undefined) await makeComponent(component, call);
  else if (devCerts) await makeCertificates(call);
  else {
    const root = resolve(call.args[0] ?? '.');
    showCreated(root, makeProject(root), call);
  }
}

/** @returns what was made, relative to the project */
function makeProject(root: string): readonly string[] {
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
  return [projectFile, ...folders.map((folder) => `${folder}/`)];
}

/** Into a project that is there, or with a new one. */
async function makeCertificates(call: Call): Promise<void> {
  const { certificateNotes, refuseWithCertificates, writeCertificates } = await import(
    '../new-certificates.ts'
  );
  const root = call.args[0] === undefined ? folderAt(call.start) : resolve(call.args[0]);
  refuseWithCertificates(root);
  const project = isThere(join(root, projectFile)) ? [] : makeProject(root);
  const { created, made } = await writeCertificates(root);
  showCreated(root, [...project, ...created], call);
  for (const line of certificateNotes(made)) call.output.note(line);
}

function showCreated(root: string, created: readonly string[], { output }: Call): void {
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

/** `--config` may name the file. */
function folderAt(start: string): string {
  return basename(start) === projectFile ? dirname(resolve(start)) : resolve(start);
}

/** An empty folder may wait for its first file. */
function isThere(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return false;
  return !found.isDirectory() || readdirSync(path).length > 0;
}
