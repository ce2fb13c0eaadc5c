import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ActorSystem } from '../../../src/actors/actor-system.ts';
import {
  type ActionContext,
  type Component,
  type EmittedMessage,
  endOfFlow,
  isEndOfFlow,
} from '../../../src/actors/component.ts';
import { createComponents, methodsOf } from '../../../src/actors/components.ts';
import { reconcile, type TargetState } from '../../../src/model/target-state.ts';
import type { PolicyStanding, Tasking } from '../../../src/model/tasking.ts';
import { aTarget, aTick, expects, seen } from '../model/arbitraries.ts';
import { fakeKinds } from '../policies/fixtures.ts';

let actors: ActorSystem;
let components: ReadonlyMap<string, Component>;
let rows: Map<string, unknown>;
let emitted: EmittedMessage[];
let clock: number;

beforeEach(() => {
  actors = new ActorSystem();
  rows = new Map();
  emitted = [];
  clock = 1000;
  components = createComponents({ kinds: fakeKinds, actors, now: () => clock });
});
afterEach(() => actors.stop());

const notData = { code: 'body.not-data' };

describe('the built-in components', () => {
  it('have the methods that the mappings of the product name', () => {
    const listed = [...methodsOf(components)].map(([name, methods]) => [name, ...methods].join(' '));
    expect(listed).toEqual([
      'Observer observe',
      'StateManager reconcile retire age stop',
      'PolicyManager load',
      'TaskManager apply',
      'Gateway admit',
      'Parking resume expire',
      'DeadLetters order',
      'Deliveries order',
      'Relay pass',
    ]);
  });

  it('pass on through the relay what they are given', async () => {
    expect(await call('Relay', 'pass', { order: 7 })).toEqual({ order: 7 });
  });

  it.each([
    ['Observer', 'observe'],
    ['StateManager', 'reconcile'],
    ['StateManager', 'retire'],
    ['StateManager', 'age'],
    ['StateManager', 'stop'],
    ['PolicyManager', 'load'],
    ['TaskManager', 'apply'],
    ['Gateway', 'admit'],
    ['Parking', 'resume'],
    ['Parking', 'expire'],
    ['DeadLetters', 'order'],
    ['Deliveries', 'order'],
  ])('%s.%s refuses a body that is not its own', async (component, method) => {
    const bodies = [undefined, null, 7, 'x', [], {}, { tick: {} }, { files: [1] }, { set: { hash: 'x' } }];
    for (const body of bodies) {
      await expect(call(component, method, body)).rejects.toMatchObject(notData);
    }
  });
});

describe('the Observer', () => {
  const fakeTarget = aTarget({ name: 'fake:shop', kind: 'fake', settings: { url: 'http://shop.example/' } });

  it('makes the observation that the tick says', async () => {
    const tick = aTick({ target: fakeTarget });
    expect(await call('Observer', 'observe', tick)).toMatchObject({
      tick: JSON.parse(JSON.stringify(tick)),
      observation: { facts: { url: 'http://shop.example/' }, time: 1000 },
    });
  });

  it('says what is not an observer', async () => {
    const tick = aTick({ target: { ...fakeTarget, kind: 'fkae' } });
    await expect(call('Observer', 'observe', tick)).rejects.toMatchObject({
      code: 'observer.invalid-target',
      message: '"fkae" is no kind of observer.',
      hint: 'Known are fake, echo.',
    });
  });
});

describe('the State Manager', () => {
  const tick = aTick({ target: aTarget({ expectations: [expects('status', '=', 200)] }) });

  it('keeps what it knows in the row of the target, and ends the flow when nothing changed', async () => {
    const observed = { tick, observation: seen({ status: 200 }) };
    expect(await call('StateManager', 'reconcile', observed)).toMatchObject({
      type: 'polar.observation.first',
    });
    const again = await call('StateManager', 'reconcile', observed);
    expect(isEndOfFlow(again) && again.ended).toBe('unchanged');
    expect((rows.get('StateManager node') as TargetState).asked).toBe(2);
  });

  it('goes by the row and not by memory', async () => {
    await call('StateManager', 'reconcile', { tick, observation: seen({ status: 503 }) });
    rows.clear();
    const event = await call('StateManager', 'reconcile', { tick, observation: seen({ status: 200 }) });
    expect(event).toMatchObject({ type: 'polar.observation.first', data: { before: null } });
  });

  it('tells of a period that is over by a task of its own, under the key of the target', async () => {
    const observed = (due: number) => ({ tick: { ...tick, due }, observation: seen({ status: 200 }, due) });
    await call('StateManager', 'reconcile', observed(1000));
    expect(emitted).toEqual([]);
    expect(isEndOfFlow(await call('StateManager', 'reconcile', observed(4_000_000)))).toBe(true);
    const body = { type: 'polar.observation.attested', policy: tick.policy, data: { target: 'http:shop' } };
    expect(emitted).toMatchObject([{ flow: 'AttestTarget', key: 'node', body }]);
    expect(rows.get('StateManager node')).toMatchObject({ attested: { periods: 1 } });
  });

  it('marks the row of a target that left the policy', async () => {
    await call('StateManager', 'reconcile', { tick, observation: seen({ status: 200 }) });
    const { target, policy } = tick;
    const event = await call('StateManager', 'retire', { target, policy, serial: 2, time: 5 });
    expect(event).toMatchObject({ type: 'polar.observation.retired', data: { facts: { status: 200 } } });
    expect(rows.get('StateManager node')).toMatchObject({ retired: { serial: 2, time: 5 } });
  });

  it('ends the period of a target when the node stops', async () => {
    await call('StateManager', 'reconcile', { tick, observation: seen({ status: 200 }, 1000) });
    const { target, policy } = tick;
    const notice = { target, policy, serial: 1, time: 5000, skipped: 0 };
    const event = await call('StateManager', 'stop', notice);
    expect(event).toMatchObject({ type: 'polar.observation.attested', data: { reason: 'stop' } });
    expect(emitted).toEqual([]);
    expect(rows.get('StateManager node')).toMatchObject({ period: null, stoppedAt: 5000 });
    const again = await call('StateManager', 'stop', notice);
    expect(isEndOfFlow(again) && again.ended).toBe('stopped already');
  });

  it('tells first, in their order, what a new life of the node finds open', async () => {
    const reasons = () => emitted.map(({ body }) => (body as { data: { reason: string } }).data.reason);
    await call('StateManager', 'reconcile', { tick, observation: seen({ status: 200 }, 1000) });
    components = createComponents({ kinds: fakeKinds, actors, startedAt: 9000 });
    const looked = await call('StateManager', 'reconcile', {
      tick,
      observation: seen({ status: 503 }, 9500),
    });
    expect(looked).toMatchObject({ type: 'polar.observation.violated' });
    expect(reasons()).toEqual(['crash', 'start']);
    components = createComponents({ kinds: fakeKinds, actors, startedAt: 20_000 });
    const { target, policy } = tick;
    const notice = { target, policy, serial: 1, time: 21_000, skipped: 0 };
    expect(isEndOfFlow(await call('StateManager', 'stop', notice))).toBe(true);
    expect(reasons().slice(2)).toEqual(['crash', 'start', 'stop']);
    expect(rows.get('StateManager node')).toMatchObject({ life: 20_000, attested: { periods: 5 } });
  });

  it('counts by the calendar what a cron target missed while the node did not run', async () => {
    const cron = { expression: '0 * * * *', timezone: 'UTC' };
    const hourly = { ...tick, target: aTarget({ cron, attestMs: 1e12 }) };
    const hour = 3_600_000;
    const look = (due: number) =>
      call('StateManager', 'reconcile', { tick: { ...hourly, due }, observation: seen({}, due) });
    await look(hour);
    components = createComponents({ kinds: fakeKinds, actors, startedAt: 5.5 * hour });
    await look(7 * hour);
    expect(emitted).toMatchObject([
      { body: { data: { reason: 'crash', due: 1, made: 1 } } },
      { body: { data: { reason: 'start', due: 3, missed: 3 } } },
    ]);
    // Five o'clock was the new life's to make up for, and six its own.
    expect(rows.get('StateManager node')).toMatchObject({
      due: 7,
      made: 2,
      missed: 5,
      period: { missed: 2 },
    });
  });

  it('ages the row of the target, whatever key it is told under', async () => {
    const target = aTarget({ maxAgeMs: 1000 });
    const { state } = reconcile(undefined, { tick, observation: seen({ status: 200 }) });
    rows.set('StateManager anna.event.http.shop', state);
    const event = await call('StateManager', 'age', { target, policy: tick.policy, serial: 1, time: 1001 });
    expect(event).toMatchObject({ type: 'polar.observation.stale', data: { ageMs: 1001 } });
    expect(rows.get('StateManager anna.event.http.shop')).toMatchObject({ staleSince: 1001 });
  });

  it('counts the cron times that nobody was there for', async () => {
    const noon = Date.UTC(2026, 0, 1, 12);
    const target = aTarget({ everyMs: 86_400_000, cron: { expression: '0 12 * * *', timezone: 'UTC' } });
    for (const due of [noon, noon + 4 * 86_400_000]) {
      const observed = { tick: { ...tick, target, due }, observation: seen({ status: 200 }, due) };
      await call('StateManager', 'reconcile', observed);
    }
    expect(rows.get('StateManager node')).toMatchObject({ due: 5, made: 2, missed: 3, skipped: 0 });
  });

  it('refuses facts that are not flat', async () => {
    const observation = { ...seen({}), facts: { nested: { a: 1 } } };
    await expect(call('StateManager', 'reconcile', { tick, observation })).rejects.toMatchObject(notData);
  });
});

describe('the Policy Manager and the Task Manager', () => {
  const sound = '[fake:shop]\nurl = http://a/\n';
  const other = '[fake:shop]\nurl = http://b/\n[echo:api]\nurl = http://a/\n';
  const broken = '[fake:shop]\nulr = http://a/\n';

  it('put a sound set in force, with its text in the event', async () => {
    expect(await push(sound)).toMatchObject({
      type: 'polar.policy.applied',
      data: { before: null, added: ['fake:shop'], files: [{ name: 'policies/a.ini', text: sound }] },
    });
    expect(tasking().targets.map(({ name }) => name)).toEqual(['fake:shop']);
    expect(standing()).toMatchObject({ inForce: { hash: tasking().hash, since: 1000 }, refused: null });
  });

  it('say what the next set adds, changes and retires, over all kinds', async () => {
    await push(sound);
    const { revision } = tasking();
    const added = { before: revision, added: ['echo:api'], changed: ['fake:shop'], retired: [] };
    expect(await push(other)).toMatchObject({ data: added });
    expect(await push('')).toMatchObject({ data: { added: [], retired: ['echo:api', 'fake:shop'] } });
    expect(tasking().targets).toEqual([]);
  });

  it('retire a target under its own key, by the set that does without it', async () => {
    await push(other);
    await push(sound);
    expect(emitted).toMatchObject([
      {
        flow: 'RetireTarget',
        key: 'anna.event.echo.api',
        body: { target: { name: 'echo:api' }, policy: { hash: tasking().hash }, serial: 2, time: 1000 },
      },
    ]);
  });

  it('number the taskings, for a text may come back', async () => {
    for (const text of [sound, other, sound]) await push(text);
    expect(tasking().serial).toBe(3);
  });

  it('end the flow when the text is the same', async () => {
    await push(sound);
    expect(isEndOfFlow(await push(sound))).toBe(true);
  });

  it('refuse a broken set whole, once, and leave what was in force', async () => {
    await push(sound);
    const before = tasking();
    expect(await push(broken)).toMatchObject({
      type: 'polar.policy.refused',
      data: {
        inForce: { revision: before.revision, hash: before.hash },
        findings: [{ code: 'policy.missing-key' }, { file: 'policies/a.ini', line: 2, column: 1 }],
        files: [{ text: broken }],
      },
    });
    expect(tasking()).toEqual(before);
    expect(standing().refused).toMatchObject({ time: 1000 });
    expect(isEndOfFlow(await push(broken))).toBe(true);
  });

  it('forget what was refused when it is taken back', async () => {
    await push(sound);
    await push(broken);
    expect(isEndOfFlow(await push(sound))).toBe(true);
    expect(standing()).toMatchObject({ inForce: { hash: tasking().hash }, refused: null });
  });

  it('refuse what could not be read, even when the rest is in force', async () => {
    await push(sound);
    const finding = {
      file: 'policies/b.ini',
      line: 1,
      column: 1,
      severity: 'error',
      code: 'policy.too-large',
      message: 'x',
    };
    expect(await push(sound, [finding])).toMatchObject({
      type: 'polar.policy.refused',
      data: { findings: [finding] },
    });
  });

  async function push(text: string, findings?: object[]): Promise<unknown> {
    const body = { files: [{ name: 'policies/a.ini', text }], ...(findings && { findings }) };
    const loaded = await call('PolicyManager', 'load', body);
    return isEndOfFlow(loaded) ? loaded : call('TaskManager', 'apply', loaded);
  }

  const tasking = () => rows.get('TaskManager node') as Tasking;
  const standing = () => rows.get('PolicyManager node') as PolicyStanding;
});

describe('the Gateway', () => {
  const admission = {
    id: 'order-7',
    flow: 'Orders',
    key: 'anna.command.push.Orders',
    subject: '',
    group: '',
    deadline: 0,
    body: null,
  };

  it('makes a task of what was pushed, and is through', async () => {
    const end = await call('Gateway', 'admit', admission);
    expect(isEndOfFlow(end) && end.ended).toBe('accepted');
    expect(emitted).toEqual([admission]);
  });

  it('passes on nothing but what a task is made of', async () => {
    await call('Gateway', 'admit', { ...admission, number: 1 });
    expect(emitted).toEqual([admission]);
  });
});

/** As a worker does: what a method returns goes on as JSON, unless it ends the flow. */
async function call(component: string, method: string, body: unknown): Promise<unknown> {
  const returned: unknown = await components.get(component)?.[method]?.(body, context());
  return isEndOfFlow(returned) ? returned : JSON.parse(JSON.stringify(returned));
}

function context(): ActionContext {
  return {
    task: {
      id: 't1',
      source: 'test',
      number: undefined,
      flow: 'Test',
      key: 'node',
      subject: 'anna.event.fake.shop',
      time: 0,
      deadline: 10_000,
      attempt: 1,
      correlationId: '',
      traceparent: '',
    },
    node: 'anna',
    signal: new AbortController().signal,
    state: {
      read: (actor, key = 'node') => rows.get(`${actor} ${key}`),
      write: (actor, value, key = 'node') => rows.set(`${actor} ${key}`, JSON.parse(JSON.stringify(value))),
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    end: endOfFlow,
    emit: (message) => emitted.push(message),
  };
}
