import type { Line } from './lines.ts';

const most = 100;
const periodMs = 10_000;

/** What an executable says on its standard error, for the log: so many lines in ten seconds, the others are counted. */
export function createRemarks(
  write: (fields: { event: string; said: string; skipped?: number }) => void,
  now: () => number = () => performance.now(),
): (line: Line) => void {
  let endsMs = 0;
  let written = 0;
  let skipped = 0;
  return ({ text, isCut }) => {
    if (now() >= endsMs) {
      endsMs = now() + periodMs;
      written = 0;
    }
    if (written >= most) {
      skipped++;
      return;
    }
    written++;
    write({ event: 'executable.said', said: isCut ? `${text}…` : text, ...(skipped > 0 && { skipped }) });
    skipped = 0;
  };
}
