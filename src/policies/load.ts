import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, PolarError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import type { PolicyFile } from '../model/policy.ts';

// The text of a set travels in one task and is journaled with each change: this is far more than people write.
export const policySetLimitBytes = 2 * 1024 * 1024;

export interface LoadedPolicies {
  /** `<folder>/<file>.ini`, by name; what could not be read is left out and reported. */
  readonly files: readonly PolicyFile[];
  readonly findings: readonly Finding[];
}

/**
 * Reads the `.ini` files of a folder; not its subfolders, nor names that begin with a dot (editors leave those).
 * A folder that is missing is a problem rather than an empty set, or moving it would retire every target.
 * @throws io.failed when the folder itself cannot be read.
 */
export async function loadPolicies(folder: string): Promise<LoadedPolicies> {
  const label = basename(folder);
  const listed = await list(folder);
  if (!listed) return { files: [], findings: [problem(label, 'no-folder', `there is no folder ${folder}`)] };

  const files: PolicyFile[] = [];
  const findings: Finding[] = [];
  let sizeBytes = 0;
  for (const entry of listed) {
    const name = `${label}/${entry}`;
    const read = await readPolicy(join(folder, entry), name, policySetLimitBytes - sizeBytes);
    if (!read) continue;
    if ('text' in read) {
      sizeBytes += read.sizeBytes;
      files.push({ name, text: read.text });
    } else findings.push(read);
  }
  return { files, findings };
}

async function list(folder: string): Promise<string[] | undefined> {
  try {
    const entries = await readdir(folder);
    return entries.filter((entry) => entry.endsWith('.ini') && !entry.startsWith('.')).sort();
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new PolarError('io.failed', `The folder ${folder} cannot be read: ${messageOf(cause)}.`, { cause });
  }
}

/** Undefined for a file that vanished since the folder was listed. */
async function readPolicy(
  path: string,
  name: string,
  limitBytes: number,
): Promise<{ text: string; sizeBytes: number } | Finding | undefined> {
  try {
    const found = await stat(path);
    // Opening a pipe would wait for its writer.
    if (!found.isFile()) return problem(name, 'not-a-file', 'this is no file; move it out of the folder');
    if (found.size > limitBytes) {
      return problem(name, 'too-large', `with this file the set is larger than ${policySetLimitBytes} bytes`);
    }
    const bytes = await readFile(path);
    return { text: decoder.decode(bytes), sizeBytes: bytes.byteLength };
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    const message =
      cause instanceof TypeError ? 'this is not UTF-8 text' : `cannot be read: ${messageOf(cause)}`;
    return problem(name, 'unreadable', message);
  }
}

// The byte-order mark is kept: the hash is over the text as it lies on disk.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ENOENT';
}

function problem(file: string, code: string, message: string): Finding {
  return { file, line: 1, column: 1, severity: 'error', code: `policy.${code}`, message };
}
