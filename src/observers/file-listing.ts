import type { Facts, Scalar } from '../model/observation.ts';
import { digestOf } from './fact.ts';
import type { FileLook } from './file-look.ts';

/** A file of a tree by its path from the tree's root. */
export type ListedFile = readonly [name: string, look: FileLook];

/** Past this the facts of single files would outgrow what a message carries. */
const longestListing = 128 * 1024;

/**
 * `files` (how many), `hash` (over all that is said of them), and for each file one fact, such as
 * `'./conf.d/shop.conf': '9f2c41d0a37e 0644 0'`. A long listing is told by the first two alone.
 */
export function listingFacts(files: readonly ListedFile[]): Facts {
  const facts = files.map(([name, look]): [string, Scalar] => [`./${name}`, textOf(look)]);
  const listing = facts.map(([name, text]) => `${name}\0${text}\0`).join('');
  return {
    files: files.length,
    hash: digestOf(listing),
    // From entries, not by assignment, as everywhere that others choose the names.
    ...(listing.length <= longestListing && Object.fromEntries(facts)),
  };
}

/** Of a tree without files there is no newest one. */
export function listingMeasures(files: readonly ListedFile[], now: number): Facts {
  const sizeBytes = files.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0);
  const newest = files.reduce((latest, [, { modifiedAt }]) => Math.max(latest, modifiedAt), -Infinity);
  return { size_bytes: sizeBytes, ...(files.length > 0 && { age_ms: now - newest }) };
}

/** Content (its digest, or its size when it is not read), mode and owner; the kind of what is no regular file. */
function textOf({ type, hash, sizeBytes, link, mode, uid }: FileLook): string {
  const content =
    type === 'file' ? (hash ?? sizeBytes) : link === undefined ? type : `${type} ${digestOf(link)}`;
  return `${content} ${mode} ${uid}`;
}
