import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ActorSystem } from '../actors/actor-system.ts';
import { createComponents, methodsOf } from '../actors/components.ts';
import { type ProbedComponents, probeComponents } from '../components/probe.ts';
import { type Project, readProject } from '../config/project.ts';
import { type RulesReading, readingOf } from '../flows/follow-flows.ts';
import { loadFlows, loadMappings } from '../flows/load.ts';
import type { Mappings } from '../flows/mapping.ts';
import { type KnownComponents, type ResolvedFlow, resolveFlows } from '../flows/resolve.ts';
import { byPlace, type Finding } from '../model/finding.ts';
import type { Flow } from '../model/flow.ts';
import type { PolicyFile, PolicySet } from '../model/policy.ts';
import { observerKinds } from '../observers/kinds.ts';
import { loadPolicies } from '../policies/load.ts';
import { type ParsedPolicies, parsePolicies } from '../policies/parse-policies.ts';
import { readCaseFiles } from './case-files.ts';
import { productDir } from './product-dir.ts';
import { secretFindings } from './secret-findings.ts';
import { traceProject } from './trace-project.ts';

/** What all files of a project say, and all that is wrong with them. Findings name files by their whole path. */
export interface LintedProject {
  readonly project: Project;
  /** The user's own files. */
  readonly files: readonly string[];
  /** Undefined when it would be refused. */
  readonly policies: PolicySet | undefined;
  /** As a process of the node says what it has read. */
  readonly rules: RulesReading;
  readonly findings: readonly Finding[];
}

/** @throws project.missing, io.failed */
export async function lintProject(start: string): Promise<LintedProject> {
  const { project, findings } = readProject(start);
  const policies = await readPolicies(project);
  const secrets = secretFindings(policies.files, project.root);
  const flows = readFlows(project);
  const cases = readCaseFiles(project, []);
  return {
    project,
    files: [
      project.file,
      ...[project.policiesDir, project.flowsDir, project.mappingsDir].flatMap(iniFilesOf),
      ...flows.componentFiles,
    ],
    policies: policies.set,
    rules: flows.reading,
    findings: [
      ...findings,
      ...policies.findings,
      ...within(project, secrets),
      ...flows.findings,
      ...cases.findings,
      ...traceProject(flows),
    ].sort(byPlace),
  };
}

/** @throws io.failed */
export async function readPolicies(
  project: Project,
): Promise<ParsedPolicies & { readonly files: readonly PolicyFile[] }> {
  const { files, findings: unread } = await loadPolicies(project.policiesDir);
  const { set, findings } = parsePolicies(files, observerKinds);
  const all = within(project, [...unread, ...findings]);
  return { set: unread.length > 0 ? undefined : set, findings: all, files };
}

/** With files by their whole path. */
function within({ root }: Project, findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => ({ ...finding, file: resolve(root, finding.file) }));
}

export interface ReadFlows {
  readonly flows: ReadonlyMap<string, Flow>;
  readonly mappings: Mappings;
  readonly components: KnownComponents;
  /** The project's own. */
  readonly componentFiles: readonly string[];
  readonly findings: readonly Finding[];
  /** The flows that would run. */
  readonly sound: ReadonlyMap<string, ResolvedFlow>;
  /** As a process of the node says what it has read. */
  readonly reading: RulesReading;
}

/** Without a project these are the product's own. */
export function readFlows(project: Project | undefined): ReadFlows {
  return readFlowsWith(project, componentsOf(project));
}

/** `instead` is what some files are taken to say. */
export function readFlowsWith(
  project: Project | undefined,
  { files: componentFiles, findings: ofComponents, known }: ProbedComponents,
  instead: ReadonlyMap<string, string> = new Map(),
): ReadFlows {
  const folders = { productDir, projectDir: project?.root, instead };
  const { flows, findings: ofFlows, digest } = loadFlows(folders);
  const { mappings, findings: ofMappings, digest: digestOfMappings } = loadMappings(folders);
  const components = new Map([...builtInMethods(), ...known]);
  const registry = resolveFlows(flows, mappings, components);
  const ofRules = [...ofFlows, ...ofMappings, ...registry.findings];
  return {
    flows,
    mappings,
    components,
    componentFiles,
    findings: [...ofComponents, ...ofRules].sort(byPlace),
    sound: registry.flows,
    reading: readingOf(digest, digestOfMappings, ofRules),
  };
}

/** Loads the project's modules in a process of its own. */
export function componentsOf(project: Project | undefined): ProbedComponents {
  if (!project) return { known: new Map(), files: [], findings: [] };
  return probeComponents(project.root, new Set(builtInMethods().keys()));
}

/** The built-in components and their methods. */
export function builtInMethods(): ReadonlyMap<string, ReadonlySet<string>> {
  return methodsOf(createComponents({ kinds: observerKinds, actors: new ActorSystem() }));
}

function iniFilesOf(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ini') && !name.startsWith('.'))
    .map((name) => join(folder, name));
}
