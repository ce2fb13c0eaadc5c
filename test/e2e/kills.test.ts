import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createObservable } from '../../src/observable/observable.ts';
import { isAlive, makeProject, processesOf, pzm, shopPolicy, until } from './command.ts';

const observable = createObservable();
let project: ReturnType<typeof makeProject>;
let folder: string;

beforeAll(async () => {
  const url = await observable.listen(0);
  project = makeProject({ 'policies/shop.ini': shopPolicy(url) });
  folder = project.folder;
});

afterAll(async () => {
  await pzm(['down'], folder);
  await observable.close();
  project.remove();
});

test('a killed supervisor leaves no process behind, and the next start recovers', {
  timeout: 60_000,
}, async () => {
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  const processes = await processesOf(folder);
  expect(processes).toHaveLength(7);
  const supervisor = processes.find(({ role }) => role === 'supervisor')!;
  process.kill(supervisor.pid, 'SIGKILL');
  await until(
    async () => processes.filter(({ pid }) => isAlive(pid)),
    (left) => left.length === 0,
  );
  // Its lock and its sockets are still there.
  expect(existsSync(join(folder, '.polar', 'lock'))).toBe(true);
  expect(readdirSync(join(folder, 'run')).length).toBeGreaterThan(0);
  expect(await pzm(['status'], folder)).toMatchObject({ code: 69 });

  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  const asked = await pzm(['observe', 'shop'], folder);
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('http:shop') });
  expect(await pzm(['audit'], folder)).toMatchObject({ code: 0 });
  expect(await pzm(['journal', 'verify'], folder)).toMatchObject({ code: 0 });
});

test('everything killed at once under load recovers by itself', { timeout: 60_000 }, async () => {
  for (const { pid } of (await processesOf(folder)).reverse()) process.kill(pid, 'SIGKILL');
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  expect(await pzm(['observe', 'shop'], folder)).toMatchObject({ code: 0 });
  expect(await pzm(['audit'], folder)).toMatchObject({ code: 0 });
  expect(await pzm(['journal', 'verify'], folder)).toMatchObject({ code: 0 });
});

test('a second start on the same project is refused, and the first goes on', {
  timeout: 30_000,
}, async () => {
  const { code, stderr } = await pzm(['up', '--for', '1s'], folder);
  expect({ code, stderr }).toMatchObject({ code: 69, stderr: expect.stringMatching(/runs on .* pid \d+/) });
  expect((await processesOf(folder)).every(({ state }) => state === 'ready')).toBe(true);
});

test('an altered byte is found, and its sequence named', { timeout: 60_000 }, async () => {
  observable.turn('down');
  expect(await pzm(['observe', 'shop'], folder)).toMatchObject({ code: 1 });
  expect(await pzm(['down'], folder)).toMatchObject({ code: 0 });
  const file = join(folder, '.polar', 'journal', 'data.mdb');
  const bytes = readFileSync(file);
  // The file may hold the word in pages that are free by now too, before the one that counts.
  const places = placesOf(bytes, 'polar.observation.violated');
  expect(places.length).toBeGreaterThan(0);
  for (const at of places) bytes[at] = 'q'.charCodeAt(0);
  writeFileSync(file, bytes);
  const { code, stdout, stderr } = await pzm(['journal', 'verify'], folder);
  expect({ code, text: stdout + stderr }).toMatchObject({
    code: 1,
    text: expect.stringMatching(/seq(uence)? \d+/),
  });
});

function placesOf(bytes: Buffer, word: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + 1)) places.push(at);
  return places;
}
