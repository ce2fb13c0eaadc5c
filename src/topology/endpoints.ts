import { join } from 'node:path';
import { PolarError } from '../model/errors.ts';

/** The longest socket path that macOS takes; Linux takes 107 bytes. */
export const socketPathLimit = 103;

/**
 * Socket files lie in the run directory and carry the incarnation of whoever binds them: a left-over process
 * holds on to its old path and can steal nothing, because a second bind on one ipc path succeeds silently.
 * Names are short, because paths must be.
 */
export const intakePath = (runDir: string, subject: string) => join(runDir, `${subject}.in`);
export const resultsPath = (runDir: string, manager: string) => join(runDir, `${manager}.in`);
export const eventsPath = (runDir: string, manager: string) => join(runDir, `${manager}.pub`);
/** Bound by the subject, connected by the worker: a new worker is fed nothing that was meant for an old one. */
export const runsPath = (runDir: string, subject: string, worker: string) =>
  join(runDir, `${subject}-${worker}`);
export const controlPath = (runDir: string) => join(runDir, 'control.sock');
export const gatewayPath = (runDir: string) => join(runDir, 'gateway.sock');

export const ipc = (path: string) => `ipc://${path}`;

/** @throws io.unwritable when the longest socket path would not fit. */
export function checkPathBudget(runDir: string): void {
  const longest = runsPath(runDir, 'ffff-su999', 'ffff-w64.999');
  const bytes = Buffer.byteLength(longest);
  if (bytes <= socketPathLimit) return;
  const message = `The run directory ${runDir} is too long: socket paths would have ${bytes} bytes, ${socketPathLimit} fit.`;
  throw new PolarError('io.unwritable', message, { hint: 'Set [run] dir in polar.ini to a shorter path.' });
}
