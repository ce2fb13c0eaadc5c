import { expect, it } from 'vitest';
import { loadDemoPolicies } from '../../../src/observable/demo-policies.ts';
import { observerKinds } from '../../../src/observers/kinds.ts';
import { parsePolicies } from '../../../src/policies/parse-policies.ts';

it('observes the shop and its API at the port that the demo listens on', async () => {
  const { findings, set } = parsePolicies([await loadDemoPolicies(4711)], observerKinds);
  expect(findings).toEqual([]);
  expect(set?.targets.map(({ name, group, everyMs, owner }) => ({ name, group, everyMs, owner }))).toEqual([
    { name: 'http:shop', group: '127.0.0.1:4711', everyMs: 500, owner: 'payments' },
    { name: 'openapi:shop-api', group: '127.0.0.1:4711', everyMs: 1000, owner: 'payments' },
  ]);
});
