import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, extname, join, sep } from 'node:path';
import { messageOf } from '../model/errors.ts';
import type { Finding, Severity } from '../model/finding.ts';

/** A file of `components/` and the name under which mappings know it. */
export interface ComponentFile {
  readonly name: string;
  readonly file: string;
}

/** What `components/` holds. Nothing of it has been run. */
export interface ComponentFolder {
  readonly modules: readonly ComponentFile[];
  readonly executables: readonly ComponentFile[];
  readonly findings: readonly Finding[];
}

export const componentsDir = (projectDir: string): string => join(projectDir, 'components');

/**
 * The components of a project: of each `x.js` or `x.mjs` a module, of each other file that may be executed an
 * executable. Folders, and files that are neither, are left alone: components may keep what they need beside them.
 */
export function listComponents(projectDir: string, builtIn: ReadonlySet<string>): ComponentFolder {
  const folder = componentsDir(projectDir);
  const modules = new Map<string, string>();
  const executables = new Map<string, string>();
  const findings: Finding[] = [];
  for (const entry of namesIn(folder, findings)) {
    const file = join(folder, entry);
    const report: Report = (severity, code, message) =>
      findings.push({ file, line: 1, column: 1, severity, code, message });
    const kind = kindOf(folder, file, report);
    if (kind === undefined) continue;
    const name = basename(entry, extname(entry));
    const known = kind === 'module' ? modules : executables;
    const twin = known.get(name);
    if (!isName.test(name)) {
      report(
        'error',
        'component.invalid-name',
        `"${name}" cannot name a component; allowed are A-Z a-z 0-9 _ - .`,
      );
    } else if (kind === 'module' && builtIn.has(name)) {
      report(
        'error',
        'component.reserved-name',
        `"${name}" is a built-in component; give the file another name`,
      );
    } else if (twin !== undefined) {
      report(
        'error',
        'component.duplicate',
        `"${name}" is ${basename(twin)} already, which stays; remove one of the two`,
      );
    } else {
      known.set(name, file);
    }
  }
  return { modules: filesOf(modules), executables: filesOf(executables), findings };
}

type Report = (severity: Severity, code: string, message: string) => void;

const isName = /^[\w-]+(?:\.[\w-]+)*$/;
const moduleEndings: ReadonlySet<string> = new Set(['.js', '.mjs']);

/** By name, so that which of two equal names comes first does not depend on the file system; hidden ones are editors'. */
function namesIn(folder: string, findings: Finding[]): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      const message = `cannot be read: ${messageOf(error)}`;
      findings.push({
        file: folder,
        line: 1,
        column: 1,
        severity: 'error',
        code: 'component.unreadable',
        message,
      });
    }
    return [];
  }
}

function kindOf(folder: string, file: string, report: Report): 'module' | 'executable' | undefined {
  try {
    const real = realpathSync(file);
    if (!statSync(real).isFile()) return undefined;
    const isModule = moduleEndings.has(extname(file));
    const isExecutable = !isModule && mayExecute(real);
    // What is loaded is what lies in the folder: a link that leads elsewhere would let others say what runs here.
    if ((isModule || isExecutable) && !real.startsWith(realpathSync(folder) + sep)) {
      report('error', 'component.outside', `leads out of components/, to ${real}; put the file itself here`);
      return undefined;
    }
    if (isModule) return 'module';
    if (isExecutable) return 'executable';
    if (isScript(real)) {
      report('warning', 'component.not-executable', `begins with #! and may not be executed; chmod +x it`);
    }
  } catch (error) {
    report('error', 'component.unreadable', `cannot be read: ${messageOf(error)}`);
  }
  return undefined;
}

function mayExecute(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isScript(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const start = Buffer.alloc(2);
    return readSync(descriptor, start) === 2 && start.toString('latin1') === '#!';
  } finally {
    closeSync(descriptor);
  }
}

function filesOf(byName: ReadonlyMap<string, string>): ComponentFile[] {
  return Array.from(byName, ([name, file]) => ({ name, file }));
}
