import { existsSync, readFileSync } from 'node:fs';

export function jsonIn(folder: URL, name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
}

/** Every `$ref` that lies anywhere in it. */
export function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : refsIn(inner),
  );
}

/** What a reference within a document, or to a file beside it, leads to; undefined where there is nothing. */
export function resolveRef(document: unknown, folder: URL, ref: string): unknown {
  if (!ref.startsWith('#/')) return existsSync(new URL(ref, folder)) ? jsonIn(folder, ref) : undefined;
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
}
