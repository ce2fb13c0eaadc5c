import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsOf } from '../../../src/cli/journal-events.ts';
import { pastLines, reportPast } from '../../../src/cli/past-report.ts';
import { pastStates } from '../../../src/cli/past-states.ts';
import { readJournalBack } from '../../../src/journal/follow.ts';
import type { EventBody } from '../../../src/model/event.ts';
import { plainPalette } from '../../../src/model/event-text.ts';
import type { Observation } from '../../../src/model/observation.ts';
import { reconcile, type TargetState } from '../../../src/model/target-state.ts';
import { journalOf } from '../journal/batches.ts';
import { aTarget, aTick, expects, observation, seen, unseen } from '../model/arbitraries.ts';

const targets = ['shop', 'bank'].map((domain) =>
  aTarget({ name: `http:${domain}`, domain, expectations: [expects('status', '=', 200)] }),
);
const namesIn = () => targets.map(({ name }) => name);

function applied(): EventBody {
  const stamp = { revision: '3f9c1e', hash: '3f9c1e'.padEnd(64, '0') };
  const data = { ...stamp, before: null, added: [], changed: [], retired: [], files: [] };
  return { type: 'polar.policy.applied', policy: stamp, data };
}

/** What the State Manager makes of observations, and how each target was after each record. */
function play(looks: readonly { which: number; observation: Observation }[]) {
  const states = new Map<string, TargetState>();
  const batches: { time: number; records: { key: string; body: unknown }[] }[] = [
    { time: 0, records: [{ key: 'n.command.apply.policies', body: applied() }] },
  ];
  const after: Map<string, TargetState>[] = [new Map(), new Map()];
  for (const [index, { which, observation: one }] of looks.entries()) {
    const target = targets[which]!;
    const made = { ...one, time: index + 1 };
    const { state, event } = reconcile(states.get(target.name), {
      tick: aTick({ target }),
      observation: made,
    });
    states.set(target.name, state);
    if (!event) continue;
    batches.push({ time: index + 1, records: [{ key: `n.event.http.${target.domain}`, body: event }] });
    after.push(new Map(states));
  }
  return { ...journalOf(batches), after };
}

function statesAt(journal: ReturnType<typeof journalOf>, sequence: number) {
  return pastStates(eventsOf(readJournalBack(journal.reader, sequence), journal.info), namesIn);
}

const looks = fc.array(fc.record({ which: fc.nat(1), observation }), { maxLength: 20 });

describe('the state as of a sequence', () => {
  it('is what the State Manager knew when it made that event', () => {
    fc.assert(
      fc.property(looks, (made) => {
        const journal = play(made);
        for (let sequence = 1; sequence < journal.info.nextSequence; sequence++) {
          const known = journal.after[sequence]!;
          for (const { name, last, since } of statesAt(journal, sequence).targets) {
            const state = known.get(name);
            expect(last?.data.facts).toEqual(state && JSON.parse(JSON.stringify(state.facts)));
            expect(last?.data.verdict.state).toEqual(state?.verdict.state);
            expect(since).toEqual(state?.since);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('names the policy that was in force, and its targets without an event as unseen', () => {
    const { policyRevision, targets: states } = statesAt(play([]), 1);
    expect(policyRevision).toBe('3f9c1e');
    expect(states.map((state) => reportPast(state, true).state)).toEqual(['unseen', 'unseen']);
  });

  it('says that it does not know, where the oldest events are gone', () => {
    const [state] = statesAt(play([]), 1).targets;
    expect(reportPast(state!, false)).toMatchObject({ state: 'unknown', since: null, sequence: null });
  });

  it('without the policy shows what was observed', () => {
    const journal = play([{ which: 0, observation: seen({ status: 200 }) }]);
    const events = [...eventsOf(readJournalBack(journal.reader, 2), journal.info)].slice(0, 1);
    const { policyRevision, targets: states } = pastStates(events, namesIn);
    expect({ policyRevision, names: states.map(({ name }) => name) }).toEqual({
      policyRevision: null,
      names: ['http:shop'],
    });
  });

  it('fits on a line each', () => {
    const journal = play([
      { which: 0, observation: seen({ status: 503 }) },
      { which: 1, observation: unseen('refused', 0, 'nobody listens') },
    ]);
    const reports = statesAt(journal, 3).targets.map((state) => reportPast(state, true));
    const lines = pastLines(reports, 0, plainPalette);
    expect(lines[0]).toMatch(
      /^http:bank {2}unreachable {2}since \d\d:\d\d:\d\d {2}by seq 3 {2}refused: nobody/,
    );
    expect(lines[1]).toMatch(
      /^http:shop {2}violated {5}since \d\d:\d\d:\d\d {2}by seq 2 {2}status 503, expected 200/,
    );
  });
});
