import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ownFlows } from '../../../src/model/own-flows.ts';

test('all flows of the product but the looks at targets are its own quick ones', () => {
  const folder = new URL('../../../flows/', import.meta.url);
  const flows = readdirSync(folder).flatMap((file) =>
    Array.from(readFileSync(new URL(file, folder), 'utf8').matchAll(/^\[(\w+)\]/gm), ([, name]) => name!),
  );
  expect([...ownFlows, 'ObserveTarget'].toSorted()).toEqual(flows.toSorted());
});
