import { describe, expect, it } from 'vitest';
import { auditJournal } from '../../../src/journal/audit.ts';
import type { JournalInfo, Totals } from '../../../src/journal/journal.ts';
import type { Coverage } from '../../../src/model/tick-coverage.ts';

const settled: Totals = { settledTasks: 9, accepted: 4, completed: 2, deadRows: 1, deadLettered: 1 };
const full: Omit<Coverage, 'lastDue' | 'everyMs' | 'cron'> = {
  due: 10,
  made: 7,
  missed: 2,
  skipped: 1,
  asked: 3,
};

const attested = { periods: 2, due: 8, made: 6, missed: 1, skipped: 1, missedAway: 1, longestGapMs: 700 };
const period = { from: 1, longestGapMs: 900, due: 2, made: 1, missed: 1, skipped: 0 };

const audit = (totals: Totals, pending: number, targets: Record<string, typeof full>) =>
  auditJournal({
    info: () => ({ totals, pending, parked: 0 }) as JournalInfo,
    stateRows: () =>
      Object.entries(targets).map(([name, coverage]) => {
        const value = Buffer.from(JSON.stringify({ target: { name }, ...coverage }));
        return { key: name, version: 1, value };
      }),
  });

describe('an audit', () => {
  it('adds up over all targets and tasks', () => {
    expect(audit(settled, 1, { 'http:a': full, 'http:b': full })).toMatchObject({
      observations: { due: 20, made: 14, missed: 4, skipped: 2, asked: 6, lost: 0 },
      tasks: { settled: 9, accepted: 4, completed: 2, deadLettered: 1, pending: 1, lost: 0 },
      lost: 0,
    });
    expect(audit({ ...settled, accepted: 3 }, 0, {}).lost).toBe(0);
  });

  it('says of each target what is attested, and nothing of a row that is older than attesting', () => {
    const none = { periods: 0, due: 0, made: 0, missed: 0, skipped: 0 };
    const row = { ...full, attested, period } as typeof full;
    const { targets, observations, lost } = audit(settled, 1, { 'http:a': row, 'http:b': full });
    expect(targets).toMatchObject([
      { attested, open: { periods: 1, due: 2 }, longestGapMs: 900 },
      { attested: none, open: none },
    ]);
    expect(observations).toMatchObject({ attested, open: { periods: 1, due: 2, made: 1, missed: 1 } });
    expect(lost).toBe(0);
  });

  it('adds up what is attested and what is open to all that was due', () => {
    const untold = { ...full, attested, period: { ...period, due: 1, made: 0 } } as typeof full;
    expect(audit(settled, 1, { 'http:a': untold }).lost).toBe(2);
    const stopped = { ...full, attested, period: null } as typeof full;
    expect(audit(settled, 1, { 'http:a': stopped }).lost).toBe(4);
  });

  it('finds what was lost', () => {
    expect(audit(settled, 0, {}).lost).toBe(1);
    expect(audit(settled, 1, { 'http:a': { ...full, made: 5 } }).lost).toBe(2);
  });

  it('does not let one that was doubled hide one that was lost', () => {
    const targets = { 'http:a': { ...full, made: 6 }, 'http:b': { ...full, made: 8 } };
    expect(audit(settled, 1, targets)).toMatchObject({ observations: { lost: 0 }, lost: 2 });
    expect(audit(settled, 2, {})).toMatchObject({ tasks: { lost: -1 }, lost: 1 });
  });
});
