import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedNames, type PatchOperation, patchOf } from '../../../src/model/json-patch.ts';
import type { Facts, Scalar } from '../../../src/model/observation.ts';
import { facts } from './arbitraries.ts';

describe('patchOf', () => {
  it('names what was removed, added and replaced, by JSON pointer', () => {
    const before = { status: 200, 'DELETE /orders/{id}': 'a1' };
    const after = { status: 503, 'POST /re~funds': 'b2' };
    expect(patchOf(before, after)).toEqual([
      { op: 'remove', path: '/DELETE ~1orders~1{id}' },
      { op: 'add', path: '/POST ~1re~0funds', value: 'b2' },
      { op: 'replace', path: '/status', value: 503 },
    ]);
  });

  it('puts the whole document in place where nothing was known', () => {
    expect(patchOf(null, { status: 200 })).toEqual([{ op: 'replace', path: '', value: { status: 200 } }]);
  });

  it('gives the facts after when applied to the facts before', () => {
    fc.assert(
      fc.property(fc.option(facts), facts, (before, after) => {
        expect(applied(patchOf(before, after), before)).toEqual(new Map(Object.entries(after)));
      }),
    );
  });

  it('is empty exactly when nothing changed', () => {
    fc.assert(
      fc.property(facts, facts, (before, after) => {
        expect(patchOf(before, after).length).toBe(changedNames(before, after).length);
        expect(patchOf(after, structuredClone(after))).toEqual([]);
      }),
    );
  });
});

/** RFC 6902 as a reader would do it: strict about what must and must not be there. */
function applied(patch: readonly PatchOperation[], before: Facts | null): Map<string, Scalar> {
  let document = new Map(Object.entries(before ?? {}));
  for (const operation of patch) {
    if (operation.path === '') {
      if (operation.op === 'remove') throw new Error('removes everything');
      document = new Map(Object.entries(operation.value as Facts));
      continue;
    }
    const name = operation.path.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
    expect(document.has(name)).toBe(operation.op !== 'add');
    if (operation.op === 'remove') document.delete(name);
    else document.set(name, operation.value as Scalar);
  }
  return document;
}
