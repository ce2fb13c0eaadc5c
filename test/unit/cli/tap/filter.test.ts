import { describe, expect, it } from 'vitest';
import { createEventFilter } from '../../../../src/cli/tap/filter.ts';
import { Sighting } from '../../../../src/cli/tap/sighting.ts';
import { parseWhere } from '../../../../src/cli/tap/where.ts';
import { recordOf } from './records.ts';

const journal = { id: '80994fe9', node: 'anna' };
const observed = (topic: string, target: string) => {
  const domain = target.slice(target.indexOf(':') + 1);
  const data = { target, facts: { status: 503 } };
  const body = { type: 'polar.observation.changed', policy: { revision: 'r', hash: 'h' }, data };
  return recordOf({ topic, key: `anna.event.http.${domain}`, body });
};
const shop = observed('ObserveTarget/changed/', 'http:shop');
const policy = recordOf({
  topic: 'ApplyPolicies/decided/',
  key: 'anna.command.apply.policies',
  body: { ok: true },
});

function hears(patterns: string[], record: typeof shop, conditions: string[] = []): boolean {
  const filter = createEventFilter(patterns, conditions.map(parseWhere));
  const isWanted = filter.isWanted(new Sighting(record, journal));
  const mayBe = filter.isTopic(record.topic) && filter.mayBeIn(record.topic, record.record);
  // What is cheap to ask may say yes too often, and never no too often.
  if (isWanted) expect(mayBe).toBe(true);
  return isWanted;
}

describe('a tap', () => {
  it('without patterns hears everything', () => {
    expect(hears([], shop)).toBe(true);
    expect(hears([], policy)).toBe(true);
  });

  it('hears a topic and all below it, or the targets that match', () => {
    expect(hears(['ObserveTarget/changed/'], shop)).toBe(true);
    expect(hears(['ObserveTarget/'], shop)).toBe(true);
    expect(hears(['*/decided/'], shop)).toBe(false);
    expect(hears(['shop'], shop)).toBe(true);
    expect(hears(['openapi:*', 'http:*'], shop)).toBe(true);
    expect(hears(['http:*'], policy)).toBe(false);
    expect(hears(['http:shopp'], shop)).toBe(false);
    expect(hears(['ApplyPolicies/', 'shop'], policy)).toBe(true);
  });

  it('hears only what all conditions hold of', () => {
    expect(hears([], shop, ['data.facts.status = 503', 'target = http:shop'])).toBe(true);
    expect(hears([], shop, ['data.facts.status = 503', 'target = http:till'])).toBe(false);
    expect(hears([], shop, ['topic like ObserveTarget/*', 'header.source = test'])).toBe(true);
    expect(hears(['ApplyPolicies/'], shop, ['data.facts.status = 503'])).toBe(false);
    expect(hears([], policy, ['data.ok = true'])).toBe(true);
  });

  it('passes what is no event only when nothing is asked of it', () => {
    const broken = recordOf({ topic: 'Orders/taken/', key: 'anna.command.push.Orders', body: 'no JSON' });
    expect(hears([], broken)).toBe(true);
    expect(hears(['Orders/'], broken)).toBe(true);
    expect(hears(['shop'], broken)).toBe(false);
    expect(hears([], broken, ['data.ok = true'])).toBe(false);
  });

  it('hears a text however JSON spells it', () => {
    const spelled = (text: string) =>
      recordOf({
        topic: 'Orders/taken/',
        key: 'anna.command.push.Orders',
        body: `{"target":"http:${text}","path":"a\\/b","n":"c:\\\\d"}`,
      });
    expect(hears(['http:shop'], spelled('sh\\u006fp'))).toBe(true);
    expect(hears(['http:shop'], spelled('sh\\u006Fp'), ['data.path = a/b'])).toBe(true);
    expect(hears(['http:shop'], spelled('shop'), ['data.path = a/b'])).toBe(true);
    expect(hears(['http:shop'], spelled('sh\\u0070p'))).toBe(false);
  });

  it('is not led to look into records by a backslash', () => {
    const { mayBeIn } = createEventFilter(['http:till']);
    const record = recordOf({ topic: 'A/b/', key: 'anna.event.http.shop', body: '{"path":"c:\\\\d\\/e"}' });
    expect(mayBeIn(record.topic, record.record)).toBe(false);
  });

  it('does not look into what cannot hold a wanted event', () => {
    const { isTopic, mayBeIn } = createEventFilter(['http:till'], [parseWhere('data.facts.status = 503')]);
    expect(isTopic('Any/topic/')).toBe(true);
    expect(mayBeIn(shop.topic, shop.record)).toBe(false);
    expect(createEventFilter(['Orders/']).isTopic(shop.topic)).toBe(false);
  });
});
