import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
}

/** Never throws: a missing folder is an empty one, and what cannot be read is a finding. Broken flows are among the flows. */
export function loadFlows(folders: FlowFolders): { flows: Map<string, Flow>; findings: Finding[] } {
  const { sources, findings } = readSources(folders, 'flows');
  const parsed = sources.map(({ text, file, origin }) => parseFlows(text, file, origin));
  const layered = layer(
    parsed.flatMap(({ flows }) => flows),
    'flow.duplicate',
  );
  return {
    flows: layered.byName,
    findings: [...findings, ...parsed.flatMap((file) => file.findings), ...layered.findings].sort(byPlace),
  };
}

/** As `loadFlows`. */
export function loadMappings(folders: FlowFolders): { mappings: Map<string, Mapping>; findings: Finding[] } {
  const { sources, findings } = readSources(folders, 'actionmappings');
  const parsed = sources.map(({ text, file, origin }) => parseMappings(text, file, origin));
  const layered = layer(
    parsed.flatMap(({ mappings }) => mappings),
    'mapping.duplicate-key',
  );
  return {
    mappings: layered.byName,
    findings: [...findings, ...parsed.flatMap((file) => file.findings), ...layered.findings].sort(byPlace),
  };
}

interface Source {
  readonly text: string;
  readonly file: string;
  readonly origin: Origin;
}

function readSources({ productDir, projectDir }: FlowFolders, folder: string) {
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
    for (const file of listFiles(join(dir, folder), unreadable)) {
      try {
        sources.push({ text: readFileSync(file, 'utf8'), file, origin });
      } catch (error) {
        unreadable(file, error);
      }
    }
  }
  return { sources, findings };
}

/** By name, so that which of two equal sections comes first does not depend on the file system; hidden ones are editors'. */
function listFiles(folder: string, unreadable: (file: string, error: unknown) => void): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.ini') && !name.startsWith('.'))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unreadable(folder, error);
    return [];
  }
}
