import type { Definition } from './layer.ts';

/** One line of `[actionmapping]`: messages with this action key go to that method. */
export interface Mapping extends Definition {
  /** The action key as written. */
  readonly name: string;
  readonly component: string;
  readonly method: string;
}

/** By action key, as written. */
export type Mappings = ReadonlyMap<string, Mapping>;

/** The target's last part is the method, the rest names a component, which may have dots itself. */
export function parseTarget(text: string): { component: string; method: string } | undefined {
  const [, component, method] = /^([\w-]+(?:\.[\w-]+)*)\.(\w+)$/.exec(text) ?? [];
  return component === undefined || method === undefined ? undefined : { component, method };
}

export function formatTarget({ component, method }: Pick<Mapping, 'component' | 'method'>): string {
  return `${component}.${method}`;
}
