import { expect, test } from 'vitest';
import { ActorSystem } from '../../../src/actors/actor-system.ts';
import type { Component } from '../../../src/actors/component.ts';
import { createComponents, methodsOf } from '../../../src/actors/components.ts';
import { parseCases } from '../../../src/flow-tests/parse-cases.ts';
import { runCase } from '../../../src/flow-tests/run-case.ts';
import { parseFlows } from '../../../src/flows/parse-flows.ts';
import { parseMappings } from '../../../src/flows/parse-mappings.ts';
import { resolveFlows } from '../../../src/flows/resolve.ts';
import { observerKinds } from '../../../src/observers/kinds.ts';
import { walkOf } from '../../../src/worker/walks.ts';

const flows = `[Note]
?Note?Push
Subject?Note?count
counter?Note@PUBLISH?written
??done
[Approval]
?Approval?Push
Subject?Approval@ASYNC?decided
Relay?Approval@PUBLISH?approved
??done
[Everywhere]
?Everywhere?Push
Subject?Everywhere@ROUTING_WORKER?pass
Relay?Everywhere@PUBLISH?passed
??done
[Answer]
?Answer?Push
Subject?Answer?resume
??done
[Expire]
?Expire?Push
Subject?Expire?expire
??done
`;
const mappings = `[actionmapping]
??count = counter.count
??pass = Relay.pass
??resume = Parking.resume
??expire = Parking.expire
`;

const counter: Component = {
  count(body, context) {
    const { n } = (context.state.read('counter') ?? { n: 0 }) as { n: number };
    const { stop, fail } = body as { stop?: boolean; fail?: boolean };
    if (fail) throw new Error('it broke');
    context.state.write('counter', { n: n + 1, at: context.task.time });
    if (stop) return context.end('enough');
    context.emit({ flow: 'Approval', key: 'k', body: { n } });
    return { n: n + 1 };
  },
  peek: () => 'seen',
};

async function mismatches(lines: string) {
  const clock = { nowMs: 0 };
  const builtIn = createComponents({
    kinds: observerKinds,
    actors: new ActorSystem(),
    now: () => clock.nowMs,
  });
  const components = new Map([...builtIn, ['counter', counter]]);
  const parsed = parseFlows(flows, 'f.ini', 'user');
  const mapped = parseMappings(mappings, 'm.ini', 'user').mappings.map((one) => [one.name, one] as const);
  const byName = new Map(parsed.flows.map((flow) => [flow.name, flow]));
  const registry = resolveFlows(byName, new Map(mapped), methodsOf(components));
  expect(registry.findings).toEqual([]);
  const walk = (name: string) => {
    const flow = registry.flows.get(name);
    return flow && walkOf(flow);
  };
  const { cases, findings } = parseCases(`[case]\n${lines}\n`, 'f.test.ini');
  expect(findings).toEqual([]);
  const setting = { components, clock, walk, node: 'anna', maxAttempts: 3, answerWithinMs: 3000 };
  return await runCase(cases[0]!, setting);
}

test.each([
  [
    'publications, messages and state',
    `state.counter = {"n": 4}
push = Note {}
expect.outcome = completed
expect.publish = Note/written/ {"n": 5}
expect.emit = Approval {"n": 4}
expect.state.counter = {"at": 1767225600000, "n": 5}`,
  ],
  ['what one push leaves to the next', 'push = Note\npush = Note\nexpect.publish = Note/written/ {"n": 2}'],
  [
    'an early end',
    'push = Note {"stop": true}\nexpect.outcome = ended\nexpect.reason = enough\nexpect.publish = nothing',
  ],
  [
    'an answer in time',
    `push = Approval {"n": 1}
expect.outcome = parked
after = 2999ms
expect.outcome = nothing
answer = "yes"
expect.publish = Approval/approved/ {"request": {"n": 1}, "answer": "yes"}`,
  ],
  ['no answer', 'push = Approval\nafter = 3s\nexpect.outcome = dead-lettered\nexpect.reason = flow.timeout'],
  ['an answer that nobody waits for', 'answer = 1\nexpect.outcome = nothing'],
  [
    'attempts, each when its time has come',
    `push = Note {"fail": true}
expect.outcome = retried
expect.state.counter = nothing
after = 199ms
expect.outcome = nothing
after = 1ms
expect.outcome = retried
stub.counter.count = {"n": 9}
after = 400ms
expect.publish = Note/written/ {"n": 9}`,
  ],
  [
    'the last attempt',
    `push = Note {"fail": true}
expect.outcome = retried
after = 200ms
expect.outcome = retried
after = 400ms
expect.outcome = dead-lettered
expect.reason = action.failed: it broke (attempt 3, the last)`,
  ],
  ['every worker', 'push = Everywhere {"a": 1}\nexpect.publish = Everywhere/passed/ {"a": 1}'],
  [
    'a stub, and the real thing again',
    `stub.counter.count = end not today
push = Note
expect.reason = not today
expect.state.counter = nothing
stub.counter.count = real
push = Note
expect.publish = Note/written/ {"n": 1}`,
  ],
])('a case that expects %s passes', async (_, lines) => {
  expect(await mismatches(lines)).toEqual([]);
});

test('a case that fails says what is there instead, and where it was expected', async () => {
  expect(
    await mismatches(`push = Note {"x": 1}
expect.outcome = ended
expect.publish = Note/written/ {"n": 7}
expect.state.counter = {"n": 1}`),
  ).toEqual([
    { line: 3, what: 'expect.outcome', diff: ['- ended', '+ completed'] },
    { line: 4, what: 'expect.publish', diff: ['  Note/written/ {', '-   "n": 7', '+   "n": 1', '  }'] },
    {
      line: 5,
      what: 'expect.state.counter',
      diff: ['  {', '+   "at": 1767225600000,', '    "n": 1', '  }'],
    },
  ]);
});

test('a case whose task never came through fails, even if it expects nothing', async () => {
  expect(await mismatches('push = Note {"fail": true}')).toEqual([
    { line: 2, what: 'outcome', diff: ['- completed or ended', '+ retried: action.failed: it broke'] },
  ]);
  expect(await mismatches('push = Nope')).toMatchObject([{ line: 2, what: 'outcome' }]);
});
