import { SettingProblem } from '../config/settings.ts';

/** Reads a path that means the same wherever it is read: a process's own folder is an accident of its start. */
export const absolutePath = (example: string) => (written: string) => {
  if (!written.startsWith('/')) {
    throw new SettingProblem(`must be an absolute path such as ${example}, not "${written}"`);
  }
  if (written.includes('\0')) throw new SettingProblem('must not hold a NUL');
  return written;
};
