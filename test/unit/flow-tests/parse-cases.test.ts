import { expect, test } from 'vitest';
import { parseCases } from '../../../src/flow-tests/parse-cases.ts';

const parse = (lines: string) => parseCases(`[a case]\n${lines}\n`, 'flows/a.test.ini');
const problem = (lines: string) => parse(lines).findings.map(({ line, message }) => `${line} ${message}`);

test('a case is its lines, in their order', () => {
  const { cases, findings } = parse(`; first
at = 2026-02-01T10:00:00Z
key = berth-7
state.scales = {"n": 1}
stub.exec:tariff.price = {"cents": 5}
stub.Relay.pass = end no thanks
stub.Relay.pass = fail it broke
stub.Relay.pass = real
push = Note {"a": 1}
expect.outcome = parked
expect.publish = nothing
after = 90s
push = Note
expect.publish = Note/written/ {"b": 2}
expect.emit = Other [1]
expect.state.scales = nothing
expect.reason = too late
answer = true`);
  expect(findings).toEqual([]);
  expect(cases).toMatchObject([
    { name: 'a case', line: 1, key: 'berth-7', startMs: Date.parse('2026-02-01T10:00:00Z') },
  ]);
  expect(cases[0]?.lines).toEqual([
    { line: 5, kind: 'state', actor: 'scales', value: { n: 1 } },
    {
      line: 6,
      kind: 'stub',
      component: 'exec:tariff',
      method: 'price',
      stub: { does: 'return', value: { cents: 5 } },
    },
    { line: 7, kind: 'stub', component: 'Relay', method: 'pass', stub: { does: 'end', reason: 'no thanks' } },
    {
      line: 8,
      kind: 'stub',
      component: 'Relay',
      method: 'pass',
      stub: { does: 'fail', message: 'it broke' },
    },
    { line: 9, kind: 'stub', component: 'Relay', method: 'pass', stub: { does: 'the real thing' } },
    { line: 10, kind: 'push', flow: 'Note', body: { a: 1 } },
    { line: 11, kind: 'expect.outcome', outcome: 'parked' },
    { line: 12, kind: 'expect.publish', message: undefined },
    { line: 13, kind: 'after', ms: 90_000 },
    { line: 14, kind: 'push', flow: 'Note', body: {} },
    { line: 15, kind: 'expect.publish', message: { to: 'Note/written/', body: { b: 2 } } },
    { line: 16, kind: 'expect.emit', message: { to: 'Other', body: [1] } },
    { line: 17, kind: 'expect.state', actor: 'scales', value: undefined },
    { line: 18, kind: 'expect.reason', reason: 'too late' },
    { line: 19, kind: 'answer', body: true },
  ]);
});

test.each([
  ['push = Note {"a"', /^2 "push" has a body that is not JSON: at character 5/],
  ['psh = Note', /^2 "psh" is nothing that a case can say; did you mean "push"\?/],
  ['push = N\nexpect.outcome = done', /^3 "expect.outcome" is one of completed, ended/],
  ['push = N\nafter = soon', /^3 "after" is a duration/],
  ['push = N\nkey = late', /^3 "key" stands before the first push/],
  ['expect.outcome = ended', /^2 "expect.outcome" stands after a push/],
  ['at = yesterday', /^2 "at" is a time such as/],
  ['stub.pass = 1', /^2 "stub.pass" names no method/],
])('%j is a problem, with its line', (lines, what) => {
  expect(problem(lines)).toEqual([expect.stringMatching(what)]);
});
