import { SettingProblem } from './settings.ts';

/** Where a secret lies. It is read when it is needed; what is kept, printed or journaled is this. */
export type SecretReference =
  | { readonly from: 'env'; readonly name: string }
  | { readonly from: 'file'; readonly path: string };

/** `${env:NAME}` or `${file:PATH}`; undefined for anything else. */
export function parseSecretReference(written: string): SecretReference | undefined {
  const [, name, path] = /^\$\{(?:env:([A-Za-z_][A-Za-z0-9_]*)|file:([^{}]+))\}$/.exec(written) ?? [];
  if (name !== undefined) return { from: 'env', name };
  return path === undefined ? undefined : { from: 'file', path };
}

export function formatSecretReference(reference: SecretReference): string {
  return reference.from === 'env' ? `\${env:${reference.name}}` : `\${file:${reference.path}}`;
}

/** Reads a setting that is a secret. Its problem never repeats what was written: that may be the secret itself. */
export const secretReference = () => (written: string) => {
  const reference = parseSecretReference(written);
  if (reference) return reference;
  throw new SettingProblem(
    `must say where the secret is, as \${file:PATH} or \${env:NAME}; the secret itself does not belong in this file`,
  );
};
