import { randomBytes } from 'node:crypto';

/** A new W3C trace context, sampled. */
export function createTraceparent(): string {
  const bytes = randomBytes(24).toString('hex');
  return `00-${bytes.slice(0, 32)}-${bytes.slice(32)}-01`;
}

/**
 * A trace context that came from outside, as version 00; undefined when it is none, for then a new trace begins.
 * A later version may have more fields: the first four keep their meaning.
 */
export function parseTraceparent(written: unknown): string | undefined {
  if (typeof written !== 'string') return undefined;
  const [, version, trace, parent, flags, more] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(written) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(trace ?? '') || /^0+$/.test(parent ?? '')) return undefined;
  return `00-${trace}-${parent}-${flags}`;
}
