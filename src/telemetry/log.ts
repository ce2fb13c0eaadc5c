import { pino } from 'pino';
import { logFile } from './rotate-log.ts';

/** Fields first, then a message that never varies: `log.info({ event: 'worker.ready', durationMs }, 'ready')`. */
export type Log = (fields: object, message: string) => void;

export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
}

export interface LogOptions {
  readonly role: string;
  readonly name: string;
  readonly dataDir: string;
  readonly level: string;
}

/**
 * Appends JSON lines to the node's log; all processes of a node share the file, each line is one write.
 * Importing this loads pino: commands that do not log leave it alone.
 */
export function createLogger({ role, name, dataDir, level }: LogOptions): Logger {
  const options = {
    level,
    base: { role, name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  // Life cycle only, so writing at once costs nothing, and the last line before a crash is there.
  const destination = pino.destination({ dest: logFile(dataDir), append: true, mkdir: true, sync: true });
  // A full disk must not end what the log is about.
  destination.on('error', () => {});
  return pino(options, destination);
}
