#!/usr/bin/env node
import { packageVersion } from './package-version.ts';
import { reportFailure, runCommand } from './run-command.ts';

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
// Narration that nobody hears is no reason to end what it is about.
process.stderr.on('error', () => {});
process.on('uncaughtException', (error) => process.exit(reportFailure(error, true)));
const exitCode = await runCommand(process.argv.slice(2), packageVersion());
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
process.exit(exitCode);
