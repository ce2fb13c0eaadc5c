import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditJournal } from '../../../src/journal/audit.ts';
import { verifyJournal } from '../../../src/journal/verify.ts';
import { createObservable } from '../../../src/observable/observable.ts';
import { House, shop, until } from './house.ts';

const observable = createObservable();
let house: House;
beforeAll(async () => {
  const url = await observable.listen(0);
  const api = `[openapi:api]\nurl = ${url}/openapi.json\nevery = 100ms\n`;
  house = new House({ 'policies/shop.ini': shop(url), 'policies/api.ini': api });
  await house.start();
});
afterAll(async () => {
  await house.remove();
  await observable.close();
});

const made = () => [house.made('http:shop'), house.made('openapi:api')] as const;
const goesOn = async () => {
  const [shopMade, apiMade] = made();
  await until(() => house.made('http:shop') > shopMade + 1 && house.made('openapi:api') > apiMade + 1);
};

test.each(['worker-1', 'subject', 'integration-manager', 'services', 'bridge', 'worker-2'])(
  'killed by kill -9, %s is ready again within two seconds, and observing goes on',
  async (name) => {
    await goesOn();
    const { pid, restarts } = house.processNamed(name);
    process.kill(pid!, 'SIGKILL');
    await until(
      () => house.processNamed(name).restarts > restarts && house.processNamed(name).state === 'ready',
    );
    const killed = house.processNamed(name);
    expect(killed.lastExit).toMatchObject({ signal: 'SIGKILL' });
    expect(killed.lastExit!.backInMs).toBeLessThan(2000);
    expect(killed.pid).not.toBe(pid);
    await goesOn();
  },
);

test('what changes while processes are killed is told in order, once', async () => {
  const told = () => house.events().filter(({ subject }) => subject === 'shop');
  for (const [name, turn] of [
    ['worker-1', 'down'],
    ['subject', 'up'],
    ['integration-manager', 'down'],
  ] as const) {
    const before = told().length;
    observable.turn(turn);
    process.kill(house.processNamed(name).pid!, 'SIGKILL');
    await until(() => told().length > before);
  }
  const types = told().map(({ type }) => type.slice('polar.observation.'.length));
  expect(types).toEqual(['first', 'violated', 'recovered', 'violated']);
  // An unbroken chain: each event begins with what the one before it left.
  const data = told().map((event) => event.data as { facts: unknown; before: unknown });
  expect(data.slice(1).map(({ before }) => before)).toEqual(data.slice(0, -1).map(({ facts }) => facts));
});

test('nothing was lost: due is made and missed and skipped, and the chain of batches holds', async () => {
  await house.stop();
  const audit = auditJournal(house.journal);
  expect(audit.targets.map(({ name }) => name).sort()).toEqual(['http:shop', 'openapi:api']);
  expect(audit).toMatchObject({ lost: 0, tasks: { lost: 0, pending: 0, deadLettered: 0 } });
  const { due, made: all, missed, skipped } = audit.observations;
  expect(due).toBe(all + missed + skipped);
  expect(verifyJournal(house.journal)).toMatchObject({ holds: true });
});
