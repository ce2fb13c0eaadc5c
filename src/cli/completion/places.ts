import type { CommandSpec, FamilySpec, OptionSpec } from '../command.ts';

/** A word of the command line after which others may follow: the beginning, a family, or a command. */
export interface Place {
  /** `/flow/step/add`; empty at the beginning. */
  readonly path: string;
  /** What may come next, each with what it is for. */
  readonly members: readonly (readonly [name: string, summary: string])[];
  readonly options: readonly PlaceOption[];
  /** Of a command's arguments, in their order; the last one again and again if it `repeats`. */
  readonly args: readonly Offer[];
  readonly repeats: boolean;
}

export interface PlaceOption {
  readonly long: string;
  /** One letter. */
  readonly short: string | undefined;
  readonly doc: string;
  /** What its value may be; undefined for one that takes none. */
  readonly value: Offer | undefined;
}

export type NameKind = 'targets' | 'processes' | 'flows';

/** What may stand somewhere. */
export type Offer =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** As they are called in the project at hand: asked for when they are needed. */
  | { readonly kind: 'names'; readonly of: NameKind }
  | { readonly kind: 'files' }
  | { readonly kind: 'anything' };

export const shells = ['bash', 'zsh', 'fish'] as const;
export const nameKinds = ['targets', 'processes', 'flows'] as const;

/** Every place of the command line, the beginning first. */
export function placesOf(
  commands: readonly (CommandSpec | FamilySpec)[],
  global: readonly OptionSpec[],
): Place[] {
  const start: Place = {
    path: '',
    members: commands.map(memberOf),
    options: optionsOf(global, []),
    args: [],
    repeats: false,
  };
  return [start, ...commands.flatMap((spec) => placesUnder('', spec, global))];
}

function placesUnder(prefix: string, spec: CommandSpec | FamilySpec, global: readonly OptionSpec[]): Place[] {
  if ('commands' in spec) {
    const path = `${prefix}/${spec.name}`;
    const own: Place = { path, members: spec.commands.map(memberOf), options: [], args: [], repeats: false };
    return [own, ...spec.commands.flatMap((member) => placesUnder(path, member, global))];
  }
  const [name = '', ...args] = spec.usage.split(' ');
  return [
    {
      path: `${prefix}/${name}`,
      members: [],
      options: optionsOf([...(spec.options ?? []), ...global], ['text', ...(spec.formats ?? [])]),
      args: args.map((arg) => offerFor(arg, prefix)),
      repeats: args.at(-1)?.includes('...') ?? false,
    },
  ];
}

function memberOf(spec: CommandSpec | FamilySpec): [string, string] {
  return ['commands' in spec ? spec.name : (spec.usage.split(' ', 1)[0] ?? ''), spec.summary];
}

function optionsOf(specs: readonly OptionSpec[], formats: readonly string[]): PlaceOption[] {
  return specs.map(({ flags, doc }) => {
    const [, short, long = '', value] = /^(?:-(\w), )?--([\w-]+)(?: (<.*>))?$/.exec(flags) ?? [];
    if (long === 'format' && formats.length > 0)
      return { long, short, doc, value: { kind: 'words', words: formats } };
    return { long, short, doc, value: value === undefined ? undefined : offerFor(value, `--${long}`) };
  });
}

const offers: Readonly<Record<string, Offer>> = {
  target: { kind: 'names', of: 'targets' },
  glob: { kind: 'names', of: 'targets' },
  process: { kind: 'names', of: 'processes' },
  flow: { kind: 'names', of: 'flows' },
  shell: { kind: 'words', words: shells },
  kind: { kind: 'words', words: nameKinds },
  file: { kind: 'files' },
  path: { kind: 'files' },
  dir: { kind: 'files' },
};

/** By what it is called in the usage; a name within the family of flows is a flow's. */
function offerFor(written: string, where: string): Offer {
  const name = written.replace(/^[[<]|[\]>]$|\.\.\./g, '').replace(/[\]>]$/, '');
  if (name === 'name' && where === '/flow') return { kind: 'names', of: 'flows' };
  return (Object.hasOwn(offers, name) ? offers[name] : undefined) ?? { kind: 'anything' };
}
