import { describe, expect, it } from 'vitest';
import { planPolicies } from '../../../src/cli/policy-plan.ts';
import { aTarget, expects } from '../model/arbitraries.ts';

const shop = aTarget({ everyMs: 30_000, settings: { url: 'http://shop.example/' } });
const bank = aTarget({ name: 'http:bank', domain: 'bank', everyMs: 1000, group: 'bank.example:80' });

describe('the plan of a policy', () => {
  it('says nothing of what stays as it is', () => {
    expect(planPolicies([shop, bank], [bank, { ...shop }])).toMatchObject({
      added: [],
      changed: [],
      retired: [],
      unchanged: 2,
    });
  });

  it('names what comes, goes, and changes, setting by setting', () => {
    const slower = {
      ...shop,
      everyMs: 60_000,
      settings: { url: 'http://shop.example/', header: { accept: 'text/html' } },
      expectations: [expects('status', '=', 200)],
      labels: { tier: '1' },
    };
    expect(planPolicies([shop, bank], [slower, aTarget({ name: 'http:new', domain: 'new' })])).toMatchObject({
      added: [{ name: 'http:new' }],
      changed: [
        {
          name: 'http:shop',
          settings: [
            { setting: 'every', before: '30s', after: '1m' },
            { setting: 'header.accept', before: null, after: 'text/html' },
            { setting: 'expect.status', before: null, after: '200' },
            { setting: 'label.tier', before: null, after: '1' },
          ],
        },
      ],
      retired: [{ name: 'http:bank' }],
      unchanged: 0,
    });
  });

  it('adds up what each host is asked, before and after', () => {
    const twin = { ...bank, name: 'http:twin', domain: 'twin', everyMs: 500 };
    expect(planPolicies([shop, bank], [bank, twin]).groups).toEqual([
      { name: 'bank.example:80', beforePerSecond: 1, afterPerSecond: 3 },
      { name: 'shop.example:80', beforePerSecond: 0.0333333, afterPerSecond: 0 },
    ]);
  });
});
