import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, PolarError } from '../model/errors.ts';
import { type Finding, hasErrors } from '../model/finding.ts';
import { nodeFromHostname } from '../model/subject-name.ts';
import type { BrokerOverrides } from './broker.ts';
import { type NodeSettings, parsePolarIni } from './polar-ini.ts';
import { defaultRunDir, type Machine } from './run-dir.ts';

/** A node's project: where its files lie and what its `polar.ini` says. All paths are absolute. */
export interface Project {
  readonly root: string;
  /** `polar.ini` */
  readonly file: string;
  /** The first part of every subject name. */
  readonly node: string;
  /** Of the journal, the bridge and the logs. */
  readonly dataDir: string;
  /** Of the sockets. */
  readonly runDir: string;
  readonly policiesDir: string;
  readonly flowsDir: string;
  readonly mappingsDir: string;
  readonly settings: NodeSettings;
}

/** What a command line says over `polar.ini`; of the broker a part, which is settled with the file's. */
export type Overrides = Partial<Omit<NodeSettings, 'broker'>> & { readonly broker?: BrokerOverrides };

export const projectFile = 'polar.ini';

/**
 * Loads the project at a path: a folder, or its `polar.ini`.
 * @throws project.missing, config.invalid with all findings, usage.invalid, broker.plaintext-refused, io.failed
 */
export function loadProject(start: string, overrides: Overrides = {}): Project {
  const { project, findings, refusal } = readProject(start, overrides);
  if (refusal) throw refusal;
  if (!hasErrors(findings)) return project;
  const count = findings.length === 1 ? 'a problem' : `${findings.length} problems`;
  throw new PolarError('config.invalid', `${projectFile} has ${count}.`, {
    findings,
    hint: 'Correct the lines above; "polar-zmanager check" says whether all is well.',
  });
}

/**
 * As `loadProject`, for whoever shows problems rather than stops at them: the project is as good as its file.
 * @throws project.missing, io.failed
 */
export function readProject(
  start: string,
  overrides: Overrides = {},
): { project: Project; findings: readonly Finding[]; refusal: PolarError | undefined } {
  const file = fileOf(resolve(start));
  const root = dirname(file);
  const { broker, ...others } = overrides;
  const { polar, findings, refusal } = parsePolarIni(readText(file), file, broker);
  // A value with a problem is missing; the project is then not to be relied on, but its files can be looked at.
  const dataDir = resolve(root, polar.dataDir ?? '.polar');
  const project: Project = {
    root,
    file,
    node: polar.nodeName ?? nodeFromHostname(hostname()),
    dataDir,
    runDir: polar.runDir === undefined ? defaultRunDir(dataDir, thisMachine()) : resolve(root, polar.runDir),
    policiesDir: join(root, 'policies'),
    flowsDir: join(root, 'flows'),
    mappingsDir: join(root, 'actionmappings'),
    settings: { ...polar.settings, ...others },
  };
  return { project, findings, refusal };
}

export const journalDir = ({ dataDir }: Pick<Project, 'dataDir'>): string => join(dataDir, 'journal');
export const logsDir = ({ dataDir }: Pick<Project, 'dataDir'>): string => join(dataDir, 'logs');

function fileOf(path: string): string {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? basename(path) === projectFile;
  const file = isFile ? path : join(path, projectFile);
  if (!existsSync(file)) {
    throw new PolarError('project.missing', `There is no ${projectFile} in ${dirname(file)}.`, {
      hint: 'Make a project with "polar-zmanager init", or see how it works with "polar-zmanager up --demo".',
    });
  }
  // One project, one folder of sockets, whatever links lead to it.
  return realpathSync(file);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PolarError('io.failed', `${file} cannot be read: ${messageOf(cause)}.`, { cause });
  }
}

function thisMachine(): Machine {
  const runtimeDir = process.env['XDG_RUNTIME_DIR'];
  return {
    runtimeDir: runtimeDir !== undefined && existsSync(runtimeDir) ? runtimeDir : undefined,
    temporaryDir: tmpdir(),
    userId: process.getuid?.() ?? 0,
  };
}
