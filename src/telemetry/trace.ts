import { randomBytes } from 'node:crypto';

/** A new W3C trace context, sampled. */
export function createTraceparent(): string {
  const bytes = randomBytes(24).toString('hex');
  return `00-${bytes.slice(0, 32)}-${bytes.slice(32)}-01`;
}
