import type { Definition } from './layer.ts';

/** One line of `[actionmapping]`: messages with this action key go to that method. */
export interface Mapping extends Definition {
  /** The action key as written. */
  readonly name: string;
  /** A built-in, one of the project's, or `exec:` and the name of an executable. */
  readonly component: string;
  readonly method: string;
}

/** By action key, as written. */
export type Mappings = ReadonlyMap<string, Mapping>;

/** Where mappings stand; other sections of their files are not read. */
export const mappingSection = 'actionmapping';

/** Before the name of a component that is an executable. */
export const executablePrefix = 'exec:';

/** The target's last part is the method, the rest names a component, which may have dots itself. */
export function parseTarget(text: string): { component: string; method: string } | undefined {
  const [, component, method] = /^((?:exec:)?[\w-]+(?:\.[\w-]+)*)\.(\w+)$/.exec(text) ?? [];
  return component === undefined || method === undefined ? undefined : { component, method };
}

export function formatTarget({ component, method }: Pick<Mapping, 'component' | 'method'>): string {
  return `${component}.${method}`;
}
