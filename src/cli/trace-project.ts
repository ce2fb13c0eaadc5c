import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { type MethodTexts, traceFlows } from '../flows/circles.ts';
import { type MethodText, readEmissions } from '../flows/emissions.ts';
import type { Mappings } from '../flows/mapping.ts';
import type { KnownComponents, ResolvedFlow } from '../flows/resolve.ts';
import { findUnusedMappings } from '../flows/unused.ts';
import type { Finding } from '../model/finding.ts';
import type { Flow } from '../model/flow.ts';

interface RulesToTrace {
  readonly flows: ReadonlyMap<string, Flow>;
  readonly mappings: Mappings;
  readonly sound: ReadonlyMap<string, ResolvedFlow>;
  readonly components: KnownComponents;
  readonly componentFiles: readonly string[];
}

/** What is wrong with no line by itself: steps that nothing reaches, mappings that nothing calls, circles, silence. */
export function traceProject(rules: RulesToTrace): Finding[] {
  const { flows, mappings, sound, components, componentFiles } = rules;
  const modules = componentFiles.filter((file) => components.get(nameOf(file)) instanceof Set);
  const methods: MethodTexts = new Map(
    modules.flatMap((file) => methodTexts(file, components.get(nameOf(file)))),
  );
  return [...findUnusedMappings(flows, mappings), ...traceFlows({ flows, resolved: sound, methods })];
}

/** A method that the text does not show is not in it: nobody can tell what it does. */
function methodTexts(file: string, methods: unknown): [string, MethodText][] {
  const texts = readEmissions(readFileSync(file, 'utf8'));
  // A function beside the methods may be what each of them calls.
  const isPlain = [...texts].every(
    ([name, { emits }]) => emits.length === 0 || (methods as Set<string>).has(name),
  );
  if (!isPlain) return [];
  return [...texts].map(([method, text]) => [`${nameOf(file)}.${method}`, text]);
}

function nameOf(file: string): string {
  return basename(file, extname(file));
}
