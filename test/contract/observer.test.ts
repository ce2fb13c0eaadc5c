import { expect, it } from 'vitest';
import { observerKinds } from '../../src/observers/kinds.ts';
import { describeObserver, type Subject } from './observer.ts';

const subjects: Readonly<Record<string, Omit<Subject, 'kind'>>> = {
  http: { healthyBody: '{"status":"ok","version":"1.4.0"}', needsBody: { body: 'hash' } },
  openapi: {
    healthyBody: '{"openapi":"3.1.0","info":{"title":"shop","version":"1"},"paths":{"/orders":{"get":{}}}}',
    needsBody: {},
  },
};

it('covers every kind', () => {
  expect(Object.keys(subjects).sort()).toEqual([...observerKinds.keys()].sort());
});

for (const [name, subject] of Object.entries(subjects)) {
  describeObserver({ kind: observerKinds.get(name)!, ...subject });
}
