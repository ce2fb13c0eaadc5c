import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PolicyRefusedEvent } from '../../../src/model/event.ts';
import { createObservable } from '../../../src/observable/observable.ts';
import { House, shop, until } from './house.ts';

const observable = createObservable();
let url: string;
let house: House;
beforeAll(async () => {
  url = await observable.listen(0);
  house = new House({ 'policies/shop.ini': shop(url) });
  await house.start();
});
afterAll(async () => {
  await house.remove();
  await observable.close();
});

const policy = () => house.node.policy();
const inForceWithinMs = 2000;

test('the policies of a project are in force, and observed, when its node has started', async () => {
  expect(policy()).toMatchObject({ targets: 1, refused: false });
  await until(() => house.made('http:shop') > 0);
});

test('a change on disk is in force within two seconds', async () => {
  const before = policy()!.revision;
  house.write('policies/api.ini', `[openapi:api]\nurl = ${url}/openapi.json\nevery = 200ms\n`);
  await until(() => policy()?.targets === 2, inForceWithinMs);
  expect(policy()!.revision).not.toBe(before);
  await until(() => house.made('openapi:api') > 0);
});

test('a broken set is refused whole, with file and line, and the one before stays in force', async () => {
  const before = policy()!;
  house.write('policies/shop.ini', shop(url).replace('every', 'evry'));
  house.write('policies/api.ini', '');
  await until(() => policy()?.refused === true, inForceWithinMs);
  expect(policy()).toEqual({ ...before, refused: true });
  const refused = house.events().findLast(({ type }) => type === 'polar.policy.refused');
  const { findings, inForce } = refused!.data as PolicyRefusedEvent['data'];
  expect(inForce?.revision).toBe(before.revision);
  expect(findings).toMatchObject([
    { file: 'policies/shop.ini', line: 3, column: 1, code: 'policy.unknown-key' },
  ]);
  const [shopMade, apiMade] = [house.made('http:shop'), house.made('openapi:api')];
  await until(() => house.made('http:shop') > shopMade && house.made('openapi:api') > apiMade);
});

test('a set that is mended is in force within two seconds', async () => {
  house.write('policies/shop.ini', shop(url, 'severity = high\n'));
  await until(() => policy()?.refused === false, inForceWithinMs);
  expect(policy()?.targets).toBe(1);
});

test('every set is journaled with its text, applied or refused', () => {
  const sets = house.events().filter(({ type }) => type.startsWith('polar.policy.'));
  expect(sets.map(({ type }) => type)).toEqual([
    'polar.policy.applied',
    'polar.policy.applied',
    'polar.policy.refused',
    'polar.policy.applied',
  ]);
  const texts = sets.map(({ data }) => JSON.stringify((data as { files: unknown }).files));
  expect(texts[2]).toContain('evry');
  expect(texts[3]).toContain('severity = high');
});
