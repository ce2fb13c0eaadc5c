import { type Project, readProject } from '../config/project.ts';
import { hasCode } from '../model/errors.ts';
import type { Call } from './command.ts';

/** For commands that have something to say without a project, too, unless one was asked for. */
export function optionalProject({ start, output }: Call): Project | undefined {
  try {
    return readProject(start).project;
  } catch (error) {
    if (!hasCode(error, 'project.missing') || start !== process.cwd()) throw error;
    output.note("no project here: these are the product's own");
    return undefined;
  }
}
