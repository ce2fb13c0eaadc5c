import { type ErrorCode, PolarError } from '../model/errors.ts';
import { suggest } from '../model/suggestion.ts';

const listed = 8;

/** There is no `what` of this name; the hint is what was probably meant, else what there is. */
export function unknownName(
  code: ErrorCode,
  what: string,
  written: string,
  known: readonly string[],
): PolarError {
  const meant = suggest(written, known);
  const more = known.length > listed ? `, and ${known.length - listed} more` : '';
  const all =
    known.length === 0
      ? `There is no ${what} yet.`
      : `There are ${known.slice(0, listed).join(', ')}${more}.`;
  return new PolarError(code, `There is no ${what} "${written}".`, {
    hint: meant === undefined ? all : `Did you mean "${meant}"?`,
  });
}
