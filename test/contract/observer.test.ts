import { expect, it } from 'vitest';
import { http } from '../../src/observers/http.ts';
import { observerKinds } from '../../src/observers/kinds.ts';
import { openapi } from '../../src/observers/openapi.ts';
import { fileSubject } from './observer/file-subject.ts';
import { describeHttpObserver, type HttpSubject, httpSubject } from './observer/http-subject.ts';
import { tlsSubject } from './observer/tls-subject.ts';
import { describeObserver } from './observer.ts';

const overHttp: readonly HttpSubject[] = [
  { kind: http, healthyBody: '{"status":"ok","version":"1.4.0"}', needsBody: { body: 'hash' } },
  {
    kind: openapi,
    healthyBody: '{"openapi":"3.1.0","info":{"title":"shop","version":"1"},"paths":{"/orders":{"get":{}}}}',
    needsBody: {},
  },
];
const subjects = [...overHttp.map(httpSubject), tlsSubject, fileSubject];

it('covers every kind', () => {
  expect(subjects.map(({ kind }) => kind.kind).sort()).toEqual([...observerKinds.keys()].sort());
});

for (const subject of subjects) describeObserver(subject);
for (const subject of overHttp) describeHttpObserver(subject);
