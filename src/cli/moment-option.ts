import { SettingProblem } from '../config/settings.ts';
import { type Moment, parseMoment } from '../journal/moment.ts';
import { parseDuration } from '../model/duration.ts';

/** Reads the value of an option that names a place in the journal. @throws SettingProblem */
export function readMoment(written: string): Moment {
  const moment = parseMoment(written, Date.now());
  if (moment) return moment;
  throw new SettingProblem(
    `must be a sequence such as 7, a time of day such as 10:04, or RFC 3339 such as 2025-06-01T10:04:12Z, not "${written}"`,
  );
}

/** As `readMoment`, or the oldest that there is. @throws SettingProblem */
export function readBeginning(written: string): Moment | 'beginning' {
  return written === 'beginning' ? written : readMoment(written);
}

/** Ms since the epoch: so long ago, or a time. @throws SettingProblem */
export function readSince(written: string): number {
  const now = Date.now();
  const agoMs = parseDuration(written);
  const moment = agoMs === undefined ? parseMoment(written, now) : undefined;
  if (agoMs !== undefined) return now - agoMs;
  if (moment?.kind === 'time') return moment.time;
  throw new SettingProblem(
    `must be a duration such as 1h, a time of day such as 10:04, or RFC 3339 such as 2025-06-01T10:04:12Z, not "${written}"`,
  );
}
