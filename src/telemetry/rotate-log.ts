import { mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** All processes of a node write into one file. */
export function logFile(dataDir: string): string {
  return join(dataDir, 'logs', 'polar.log');
}

// About a week of an idle node's life cycle; one older file is kept beside it.
const rotateAtBytes = 10 * 1024 * 1024;

/** For whoever starts a node and holds its lock, before any process of it has the file open. */
export function rotateLog(dataDir: string): void {
  const file = logFile(dataDir);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeBytes > rotateAtBytes) renameSync(file, `${file}.1`);
}
