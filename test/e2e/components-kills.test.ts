import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begin, makeProject, processesOf, pzm, until } from './command.ts';

/* Four steps: a component, a wait, an executable, an event. Whoever is killed, each parcel comes through once. */

const flow = `[Parcel]
?Parcel?Push
Subject?Parcel?weigh
scales?Parcel@ASYNC?cleared
customs?Parcel?price
tariff?Parcel@PUBLISH?priced
??done
`;
const mappings = `[actionmapping]
Subject?Parcel?weigh = scales.weigh
customs?Parcel?price = exec:tariff.price
`;
const scales = `export default {
  weigh(body, { state }) {
    const nth = (state.read('scales') ?? 0) + 1;
    state.write('scales', nth);
    return { ...body, nth };
  },
};
`;
const tariff = `#!/usr/bin/env python3
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    body = {**asked["body"]["request"], **asked["body"]["answer"], "cents": 250}
    print(json.dumps({"id": asked["id"], "body": body}), flush=True)
`;

let project: ReturnType<typeof makeProject>;
let folder: string;

beforeAll(async () => {
  project = makeProject({
    'package.json': '{"type":"module"}',
    'flows/parcels.ini': flow,
    'actionmappings/parcels.ini': mappings,
  });
  folder = project.folder;
  mkdirSync(join(folder, 'components'));
  writeFileSync(join(folder, 'components', 'scales.js'), scales);
  writeFileSync(join(folder, 'components', 'tariff.py'), tariff);
  chmodSync(join(folder, 'components', 'tariff.py'), 0o755);
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await pzm(['down'], folder);
  project.remove();
});

const answer = (id: string) => pzm(['push', 'Parcel', '{"by":"anna"}', '--correlation', id], folder);
const outcome = async (id: string) =>
  (await pzm(['push', 'Parcel', '{}', '--id', id, '--timeout', '2s', '--format', 'json'], folder)).stdout;

test('a component, a wait and an executable survive the end of each process', {
  timeout: 300_000,
}, async () => {
  const killed = (await processesOf(folder)).filter(({ role }) => role !== 'supervisor');
  expect(killed).toHaveLength(6);
  for (const { name } of killed) {
    const pushed = await pzm(['push', 'Parcel', `{"name":"${name}"}`, '--id', name, '--no-wait'], folder);
    expect(pushed).toMatchObject({ code: 0 });
    const { pid } = (await processesOf(folder)).find((process) => process.name === name)!;
    const answered = answer(name);
    process.kill(pid, 'SIGKILL');
    await answered;
    // Whether that answer was heard is open. One of them gets through, and the others change nothing.
    await until(
      async () => {
        await answer(name);
        return outcome(name);
      },
      (said) => said.includes('"completed"'),
      60_000,
    );
  }

  const tap = begin(['tap', 'Parcel/priced/', '--from', 'beginning', '--format', 'jsonl'], folder);
  const events = await until(
    async () => tap.stdout().split('\n').filter(Boolean),
    (lines) => lines.length >= killed.length,
  );
  tap.process.kill('SIGTERM');
  await tap.finished;
  const parcels = events.map((line) => (JSON.parse(line) as { data: unknown }).data);
  expect(parcels).toEqual(
    killed.map(({ name }, index) => ({ name, nth: index + 1, by: 'anna', cents: 250 })),
  );
  expect(await pzm(['audit'], folder)).toMatchObject({ code: 0 });
  expect(await pzm(['journal', 'verify'], folder)).toMatchObject({ code: 0 });
});
