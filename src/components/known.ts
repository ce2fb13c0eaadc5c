import { executablePrefix } from '../flows/mapping.ts';
import type { KnownComponents, KnownMethods } from '../flows/resolve.ts';
import type { ComponentFolder } from './folder.ts';

/** What mappings may name of a project's components; `methods` are those of the modules that could be loaded. */
export function knownComponents(
  { modules, executables }: ComponentFolder,
  methods: ReadonlyMap<string, ReadonlySet<string>>,
): KnownComponents {
  return new Map<string, KnownMethods>([
    ...modules.map(({ name }) => [name, methods.get(name) ?? 'broken'] as const),
    ...executables.map(({ name }) => [`${executablePrefix}${name}`, 'unlisted'] as const),
  ]);
}
