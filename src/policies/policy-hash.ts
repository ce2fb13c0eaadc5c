import { createHash } from 'node:crypto';
import type { PolicyFile, PolicyStamp } from '../model/policy.ts';

/** SHA-256 of the JSON array of `[name, text]` pairs, sorted by name: anyone can compute it again. */
export function stampOf(files: readonly PolicyFile[]): PolicyStamp {
  const pairs = files.map(({ name, text }) => [name, text] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(pairs)).digest('hex');
  return { revision: hash.slice(0, 6), hash };
}
