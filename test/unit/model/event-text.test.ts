import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CloudEvent, toCloudEvent } from '../../../src/model/cloud-event.ts';
import { type EventBody, type PeriodEnd, periodEnds } from '../../../src/model/event.ts';
import { eventLines, type Palette } from '../../../src/model/event-text.ts';
import { factsText } from '../../../src/model/facts-text.ts';
import type { Facts, Observation } from '../../../src/model/observation.ts';
import { age, retire } from '../../../src/model/target-notice.ts';
import { reconcile, type TargetState } from '../../../src/model/target-state.ts';
import type { Tick } from '../../../src/model/tick.ts';
import { aTarget, aTick, expects, observation, seen, tick, unseen } from './arbitraries.ts';

const start = new Date(2025, 5, 1, 10, 4, 2).getTime();
const shop = aTick({
  target: aTarget({
    expectations: [expects('status', '=', 200)],
    because: 'customers cannot pay',
    owner: 'payments',
  }),
});
const api = aTick({ target: aTarget({ name: 'openapi:shop-api', kind: 'openapi', domain: 'shop-api' }) });
const ok = { status: 200, version: '1.4.0' };
const operations = {
  title: 'shop',
  version: '1',
  operations: 2,
  'GET /orders': 'a',
  'DELETE /orders/{id}': 'b',
};

describe('event text', () => {
  it('tells the story of an outage', () => {
    const story = [seen(ok), seen({ ...ok, status: 503 }, 10_000), seen({ ...ok, status: 200 }, 30_000)];
    expect(told(shop, story)).toEqual([
      '10:04:02 first     http:shop        status 200, version 1.4.0',
      '10:04:12 VIOLATED  http:shop        status 200 → 503, expected 200',
      '                   because customers cannot pay · owner payments',
      '10:04:32 RECOVERED http:shop        status 503 → 200 after 20 s',
    ]);
  });

  it('names operations that went, came and changed, not their hashes', () => {
    const { 'DELETE /orders/{id}': _, ...rest } = operations;
    const story = [seen(operations), seen({ ...rest, 'POST /refunds': 'c', 'GET /orders': 'z' }, 18_000)];
    expect(told(api, story)).toEqual([
      '10:04:02 first     openapi:shop-api 2 operations',
      '10:04:20 changed   openapi:shop-api − DELETE /orders/{id}  + POST /refunds  ~ GET /orders',
    ]);
  });

  it('says what a changed version was', () => {
    expect(told(shop, [seen(ok), seen({ ...ok, version: '1.5.0' }, 24_000)]).at(-1)).toBe(
      '10:04:26 changed   http:shop        version 1.4.0 → 1.5.0',
    );
  });

  it('says how long nobody looked, and that a target left the policy', () => {
    const { target, policy } = shop;
    const { state } = reconcile(undefined, { tick: shop, observation: seen(ok) });
    const notice = { target: { ...target, maxAgeMs: 1000 }, policy, serial: 2, time: 1_200_000 };
    const stale = age(state, notice);
    expect([stale, retire(stale.state, notice)].map(({ event }) => linesOf(event!))).toEqual([
      [
        '10:04:02 STALE     http:shop        not looked at for 20 min, was status 200, version 1.4.0',
        '                   because customers cannot pay · owner payments',
      ],
      ['10:04:02 retired   http:shop        left the policy'],
    ]);
  });

  it('says how much of what was due was done', () => {
    const data = {
      target: 'http:shop',
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-01T01:00:00.000Z',
      due: 120,
      made: 118,
      missed: 2,
      skipped: 0,
      longestGapMs: 90_000,
    };
    const told = (reason: PeriodEnd) =>
      linesOf({ type: 'polar.observation.attested', policy: aTick().policy, data: { ...data, reason } });
    expect(periodEnds.flatMap(told)).toEqual([
      '10:04:02 attested  http:shop        118 of 120 in 60 min, longest gap 90 s',
      '10:04:02 attested  http:shop        118 of 120 in 60 min, longest gap 90 s, then another policy',
      '10:04:02 attested  http:shop        118 of 120 in 60 min, longest gap 90 s, then it left the policy',
      '10:04:02 attested  http:shop        118 of 120 in 60 min, longest gap 90 s, then the node stopped',
      '10:04:02 attested  http:shop        118 of 120 in 60 min, longest gap 90 s, then the node ended without a word',
      '10:04:02 attested  http:shop        the node did not run for 60 min, 120 missed',
    ]);
  });

  it('keeps the details in their column beside the longest word', () => {
    const story = [unseen('timeout', 0, 'no answer within 500 ms'), unseen('refused'), seen(ok, 90_000)];
    expect(told(shop, story)).toEqual([
      '10:04:02 UNREACHABLE http:shop      timeout: no answer within 500 ms',
      '                   because customers cannot pay · owner payments',
      '10:04:02 changed   http:shop        still refused',
      '10:05:32 RECOVERED http:shop        status absent → 200, version absent → 1.4.0 after 90 s',
    ]);
  });

  it('says what was expected of what is absent, of measures, and beside other changes', () => {
    const tasking = aTick({
      target: aTarget({ expectations: [expects('version', '=', 1), expects('latency_ms', '<', 100)] }),
    });
    const story = [seen(ok, 0, { latency_ms: 3 }), seen({ status: 503 }, 0, { latency_ms: 250 })];
    expect(told(tasking, story)).toEqual([
      '10:04:02 VIOLATED  http:shop        version 1.4.0, expected 1',
      '10:04:02 changed   http:shop        status 200 → 503, version 1.4.0 → absent',
    ]);
    expect(told(tasking, [seen({ version: 1 }, 0, { latency_ms: 3 }), ...story.slice(1)]).at(-1)).toBe(
      '10:04:02 VIOLATED  http:shop        version 1 → absent, expected 1; latency_ms 250, expected < 100; status absent → 503',
    );
  });

  it('says so when it recovered and no fact is different', () => {
    const tasking = aTick({ target: aTarget({ expectations: [expects('latency_ms', '<', 100)] }) });
    const story = [seen(ok, 0, { latency_ms: 250 }), seen(ok, 500, { latency_ms: 50 })];
    expect(told(tasking, story).at(-1)).toMatch(/as expected again after 0.5 s$/);
  });

  it('cuts long lists and long values', () => {
    const many = Object.fromEntries(Array.from({ length: 18 }, (_, index) => [`GET /${index}`, 'a']));
    expect(told(api, [seen({ operations: 0 }), seen({ operations: 18, ...many })]).at(-1)).toMatch(
      / {2}\+12 more$/,
    );
    expect(factsText({ text: 'x'.repeat(1000) })).toHaveLength('text '.length + 60);
  });

  it('says what was applied, and what was refused and stays', () => {
    const policy = { revision: '71ab90', hash: '71ab90'.padEnd(64, '0') };
    const common = { ...policy, files: [] };
    const data = { ...common, before: null, added: ['http:a'], changed: ['http:b', 'http:c'], retired: [] };
    expect(linesOf({ type: 'polar.policy.applied', policy, data })).toEqual([
      '10:04:02 applied   policy 71ab90    1 added, 2 changed',
    ]);
    const place = {
      file: 'policies/shop.ini',
      column: 1,
      severity: 'error',
      code: 'policy.unknown-key',
    } as const;
    const findings = [
      { ...place, line: 3, message: '"evry"; did you mean "every"?' },
      { ...place, line: 4, message: '"ulr"; did you mean "url"?' },
    ];
    const refused = { ...common, inForce: { ...policy, revision: '5c1de7' }, findings };
    expect(linesOf({ type: 'polar.policy.refused', policy, data: refused })).toEqual([
      '10:04:02 REFUSED   policy 71ab90    policies/shop.ini:3:1 "evry"; did you mean "every"?',
      '                   policies/shop.ini:4:1 "ulr"; did you mean "url"?',
      '                   policy 5c1de7 stays in force',
    ]);
  });

  it("shows what a user's flow published as it is", () => {
    expect(eventLines(eventOf({ order: 7 }))).toEqual(['10:04:02 event     shop             {"order":7}']);
  });

  it('colours only what it is given a palette for', () => {
    const tagged: Palette = { grave: (t) => `<g>${t}</g>`, good: (t) => t, dim: (t) => `<d>${t}</d>` };
    const { event } = reconcile(undefined, { tick: shop, observation: seen({ status: 503 }) });
    expect(eventLines(eventOf(event), tagged)).toEqual([
      '<d>10:04:02</d> <g>VIOLATED</g>  http:shop        status 503, expected 200',
      '                   <d>because customers cannot pay · owner payments</d>',
    ]);
  });

  it('prints no control character, whatever was observed', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('\u001b', '[2J', '\n', '\u202e', '\u0007', 'a'),
      maxLength: 9,
    });
    fc.assert(
      fc.property(tick, observation, hostile, (tasking, one, text) => {
        const target = { ...tasking.target, because: text, name: `http:${text}`, labels: {} };
        const facts: Facts = { ...one.facts, [text]: text };
        const { event } = reconcile(undefined, {
          tick: { ...tasking, target },
          observation: { ...one, facts },
        });
        for (const line of eventLines(eventOf(event))) expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
      }),
    );
  });
});

/** The lines of every event that the observations lead to; their times count from the start. */
function told(tasking: Tick, observations: readonly Observation[]): string[] {
  let state: TargetState | undefined;
  return observations.flatMap((one) => {
    const step = reconcile(state, { tick: tasking, observation: one });
    state = step.state;
    return step.event ? eventLines(eventOf(step.event, one.time)) : [];
  });
}

function linesOf(body: EventBody): string[] {
  return eventLines(eventOf(body));
}

function eventOf(body: unknown, afterMs = 0): CloudEvent {
  return toCloudEvent({
    sequence: 1,
    journalId: 'j1',
    node: 'anna',
    subject: 'anna.event.http.shop',
    time: start + afterMs,
    traceparent: '',
    chainHead: '5c1de7',
    flow: 'Orders',
    action: 'seen',
    body,
  });
}
