import { PolarError } from '../../model/errors.ts';
import { suggest } from '../../model/suggestion.ts';
import type { Call } from '../command.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { namesOf } from '../completion/names.ts';
import { type NameKind, type Place, placesOf, shells } from '../completion/places.ts';
import { zshScript } from '../completion/zsh.ts';

const scripts: Readonly<Record<(typeof shells)[number], (places: readonly Place[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export async function run({ args: [written], options, output, start, table }: Call): Promise<void> {
  const names = options['names'] as NameKind | undefined;
  if (names !== undefined) {
    const found = await namesOf(names, start);
    output.show(found, () => found);
    return;
  }
  const shell = shells.find((known) => known === written);
  if (shell === undefined) {
    const what = written === undefined ? 'No shell is named.' : `There is no completion for "${written}".`;
    const meant = written === undefined ? '' : (suggest(written, shells) ?? '');
    const hint = meant === '' ? `Name one of ${shells.join(', ')}.` : `Did you mean "${meant}"?`;
    throw new PolarError('usage.invalid', what, { hint });
  }
  const script = scripts[shell](placesOf(table.commands, table.options));
  output.show({ shell, script }, () => [script.trimEnd()]);
}
