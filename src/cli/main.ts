#!/usr/bin/env node
import { packageVersion } from './package-version.ts';
import { runCommand } from './run-command.ts';

/** Whoever read us has heard enough: `pzm tap | head -1` is no failure. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

process.stdout.on('error', endWithReader);
process.stderr.on('error', endWithReader);
const exitCode = await runCommand(process.argv.slice(2), packageVersion());
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
process.exit(exitCode);
