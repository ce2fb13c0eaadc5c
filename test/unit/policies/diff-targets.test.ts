import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/model/policy.ts';
import { diffTargets } from '../../../src/policies/diff-targets.ts';
import { aTarget } from '../model/arbitraries.ts';

const targets: fc.Arbitrary<Target[]> = fc.uniqueArray(
  fc
    .record({ name: fc.constantFrom('http:a', 'http:b', 'http:c'), everyMs: fc.constantFrom(1, 2) })
    .map((part) => aTarget(part)),
  { selector: ({ name }) => name },
);

describe('diffTargets', () => {
  it('names what is new, different and gone', () => {
    const before = [
      aTarget({ name: 'http:gone' }),
      aTarget({ name: 'http:b' }),
      aTarget({ name: 'http:same' }),
    ];
    const after = [
      aTarget({ name: 'http:same' }),
      aTarget({ name: 'http:b', owner: 'x' }),
      aTarget({ name: 'http:a' }),
    ];
    expect(diffTargets(before, after)).toEqual({
      added: ['http:a'],
      changed: ['http:b'],
      retired: ['http:gone'],
    });
  });

  it('calls a target that came back from the journal the same, in whatever order its settings are', () => {
    const before = aTarget({ settings: { url: 'x', facts: ['a', 'b'], body: undefined } });
    const after = aTarget({ settings: { facts: ['a', 'b'], url: 'x' } });
    const nothing = { added: [], changed: [], retired: [] };
    expect(diffTargets([JSON.parse(JSON.stringify(before)) as Target], [after])).toEqual(nothing);
  });

  it('backwards, adds what it retired and retires what it added', () => {
    fc.assert(
      fc.property(targets, targets, (before, after) => {
        const { added, changed, retired } = diffTargets(before, after);
        expect(diffTargets(after, before)).toEqual({ added: retired, changed, retired: added });
        expect(before.length + added.length).toBe(after.length + retired.length);
      }),
    );
  });
});
