import { closeSync, constants, fstatSync, openSync } from 'node:fs';

/**
 * Whether nobody reads the standard output any more, where that can be known without writing: of a pipe on Linux, which
 * cannot be opened for writing when it has no reader. So `pzm tap | head -1` ends though nothing more happens.
 */
export function isReaderGone(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    // Of anything but a pipe the answer would mean something else.
    if (!fstatSync(stdout).isFIFO()) return false;
    closeSync(openSync(`/proc/self/fd/${stdout}`, constants.O_WRONLY | constants.O_NONBLOCK));
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENXIO';
  }
}

const stdout = 1;
