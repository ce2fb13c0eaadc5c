import { afterAll, beforeAll, expect, test } from 'vitest';
import { createObservable } from '../../src/observable/observable.ts';
import { makeProject, pzm, until } from './command.ts';

const observable = createObservable();
let project: ReturnType<typeof makeProject>;
let folder: string;

beforeAll(async () => {
  const url = await observable.listen(0);
  // Looked at once an hour, and stale a second after: nobody needs to break anything.
  project = makeProject({
    'policies/shop.ini': `[http:shop]\nurl = ${url}/health\nevery = 1h\nmax_age = 1s\nexpect.status = 200\n`,
  });
  folder = project.folder;
});

afterAll(async () => {
  await pzm(['down'], folder);
  await observable.close();
  project.remove();
});

test('a target that nobody looks at is stale, once, and recovers when somebody does', async () => {
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  await until(story, (types) => types.length === 2, 60_000);
  expect(await pzm(['state'], folder)).toMatchObject({ code: 1, stdout: expect.stringContaining('stale') });
  expect(await pzm(['observe', 'shop'], folder)).toMatchObject({
    stdout: expect.stringContaining('RECOVERED http:shop'),
  });
  await until(story, (types) => types.length === 4, 60_000);
  expect(await story()).toEqual(['first', 'stale', 'recovered', 'stale']);
  expect(await pzm(['audit'], folder)).toMatchObject({ code: 0 });
});

test('it stays stale over a restart, and is said to be so once', async () => {
  expect(await pzm(['down'], folder)).toMatchObject({ code: 0 });
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  expect(await pzm(['state'], folder)).toMatchObject({ code: 1, stdout: expect.stringContaining('stale') });
  await pzm(['observe', 'shop'], folder);
  expect((await story()).slice(0, 5)).toEqual(['first', 'stale', 'recovered', 'stale', 'recovered']);
});

/** The types of the events about the target, oldest first. */
async function story(): Promise<string[]> {
  const { stdout } = await pzm(['history', 'http:shop', '--format', 'json'], folder);
  const events = stdout === '' ? [] : (JSON.parse(stdout) as { type: string }[]);
  return events.map(({ type }) => type.split('.').at(-1) ?? '');
}
