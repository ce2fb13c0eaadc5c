import { createHash } from 'node:crypto';
import type { Scalar } from '../model/observation.ts';
import { canonicalJson } from './canonical-json.ts';

/** Past this a string is told by its digest: facts are kept, compared and delivered with every event. */
const longestText = 256;

/**
 * The fact that a part of a JSON document makes: a scalar is itself, nothing is null,
 * an object, an array or a long text is the digest of its canonical text.
 */
export function factOf(value: unknown): Scalar {
  switch (typeof value) {
    case 'string':
      return value.length <= longestText ? value : digestOf(canonicalJson(value));
    case 'number':
      // 1e999 parses as Infinity, which no JSON can carry onwards.
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : digestOf(canonicalJson(value));
    default:
      return null;
  }
}

/** 12 hex characters of SHA-256: enough to tell two states of one thing apart, short enough to read. */
export function digestOf(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}

/** The value of a JSON text; undefined when it is none, or absent. */
export function parseJson(bytes: Uint8Array | undefined): unknown {
  if (!bytes) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
