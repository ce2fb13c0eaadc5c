import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf } from '../model/errors.ts';
import { byPlace, type Finding } from '../model/finding.ts';
import type { Flow, Origin } from '../model/flow.ts';
import { layer } from './layer.ts';
import type { Mapping } from './mapping.ts';
import { parseFlows } from './parse-flows.ts';
import { parseMappings } from './parse-mappings.ts';

/** Where files lie; findings name them under these paths as they are given here. */
export interface FlowFolders {
  /** The package's root. */
  readonly productDir: string;
  /** Absent where there is no project, as in a demo. */
  readonly projectDir?: string | undefined;
  /** What a file is taken to say, whether it is there or not: for a look at what an edit would lead to. */
  readonly instead?: ReadonlyMap<string, string>;
}

/** Of the texts that were read, 12 hex digits: who has the same has read the same. */
type Digest = string;

/** Never throws: a missing folder is an empty one, and what cannot be read is a finding. Broken flows are among the flows. */
export function loadFlows(folders: FlowFolders): {
  flows: Map<string, Flow>;
  findings: Finding[];
  digest: Digest;
} {
  const { sources, findings } = readSources(folders, 'flows');
  const parsed = sources.map(({ text, file, origin }) => parseFlows(text, file, origin));
  const layered = layer(
    parsed.flatMap(({ flows }) => flows),
    'flow.duplicate',
  );
  return {
    flows: layered.byName,
    findings: [...findings, ...parsed.flatMap((file) => file.findings), ...layered.findings].sort(byPlace),
    digest: digestOf(sources),
  };
}

/** As `loadFlows`. */
export function loadMappings(folders: FlowFolders): {
  mappings: Map<string, Mapping>;
  findings: Finding[];
  digest: Digest;
} {
  const { sources, findings } = readSources(folders, 'actionmappings');
  const parsed = sources.map(({ text, file, origin }) => parseMappings(text, file, origin));
  const layered = layer(
    parsed.flatMap(({ mappings }) => mappings),
    'mapping.duplicate-key',
  );
  return {
    mappings: layered.byName,
    findings: [...findings, ...parsed.flatMap((file) => file.findings), ...layered.findings].sort(byPlace),
    digest: digestOf(sources),
  };
}

interface Source {
  readonly text: string;
  readonly file: string;
  readonly origin: Origin;
}

function readSources({ productDir, projectDir, instead = new Map() }: FlowFolders, folder: string) {
  const sources: Source[] = [];
  const findings: Finding[] = [];
  const unreadable = (file: string, error: unknown) =>
    findings.push({
      file,
      line: 1,
      column: 1,
      severity: 'error',
      code: 'ini.unreadable',
      message: `cannot be read: ${messageOf(error)}`,
    });

  for (const [dir, origin] of [
    [productDir, 'product'],
    [projectDir, 'user'],
  ] as const) {
    if (dir === undefined) continue;
    const added = [...instead.keys()].filter((file) => file.startsWith(join(dir, folder, '/')));
    const files = new Set([...listFiles(join(dir, folder), unreadable), ...added]);
    for (const file of [...files].sort()) {
      try {
        sources.push({ text: instead.get(file) ?? readText(file), file, origin });
      } catch (error) {
        unreadable(file, error);
      }
    }
  }
  return { sources, findings };
}

/** Far more than people write; every worker reads it. */
const mostBytes = 2 * 1024 * 1024;

/** @throws Error for what is no file of a sensible size: opening a pipe would wait for its writer. */
function readText(file: string): string {
  const found = statSync(file);
  if (!found.isFile()) throw new Error('this is no file; move it out of the folder');
  if (found.size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`);
  return readFileSync(file, 'utf8');
}

function digestOf(sources: readonly Source[]): Digest {
  const texts = sources.map(({ origin, file, text }) => [origin, basename(file), text]);
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 12);
}

/** What a file of cases for `flow test` ends in; it lies beside the flows and is none of them. */
export const caseFileEnding = '.test.ini';

/** By name, so that which of two equal sections comes first does not depend on the file system; hidden ones are editors'. */
function listFiles(folder: string, unreadable: (file: string, error: unknown) => void): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.ini') && !name.endsWith(caseFileEnding) && !name.startsWith('.'))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unreadable(folder, error);
    return [];
  }
}
