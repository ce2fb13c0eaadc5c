import { parseSecretReference, type SecretReference } from './secret-reference.ts';

/*
 * A setting that may hold a secret is a text with references in it: `Bearer ${env:TOKEN}`. It travels, is shown and is
 * journaled as written; what the references stand for is filled in by whoever needs it, at the last moment.
 */

const reference = /\$\{(?:env|file):[^{}]*\}/g;
const beginning = /\$\{(?:env|file):/;

/** Whether somebody meant to refer to a secret here, well or badly. */
export function hasSecretReference(written: string): boolean {
  return beginning.test(written);
}

/** In their order; undefined when one of them is not written well. */
export function secretReferencesIn(written: string): SecretReference[] | undefined {
  if (hasSecretReference(written.replace(reference, ''))) return undefined;
  const found = [...written.matchAll(reference)].map(([text]) => parseSecretReference(text));
  return found.every((one) => one !== undefined) ? found : undefined;
}

/** The text with what `read` gives in the place of each reference. @throws what `read` throws */
export function fillSecretText(written: string, read: (reference: SecretReference) => string): string {
  return written.replace(reference, (text) => {
    const found = parseSecretReference(text);
    return found ? read(found) : text;
  });
}
