import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readApi } from '../../../src/observers/openapi-document.ts';

const api = (paths: unknown, more: object = {}) => ({
  openapi: '3.1.0',
  info: { title: 'shop-api', version: '1' },
  paths,
  ...more,
});

const facts = (document: unknown) => {
  const reading = readApi(document);
  if (reading.kind !== 'api') throw new Error(reading.detail);
  return reading.facts;
};

describe('the facts of an API', () => {
  it('are its title, its version, how many operations it has, and a digest of each', () => {
    const paths = { '/orders': { get: {}, post: {}, summary: 'orders' }, '/orders/{id}': { delete: {} } };
    expect(facts(api(paths))).toEqual({
      title: 'shop-api',
      version: '1',
      operations: 3,
      'GET /orders': expect.stringMatching(/^[0-9a-f]{12}$/),
      'POST /orders': expect.stringMatching(/^[0-9a-f]{12}$/),
      'DELETE /orders/{id}': expect.stringMatching(/^[0-9a-f]{12}$/),
    });
  });

  it('can be read from Swagger 2 and from a document with no paths', () => {
    expect(facts({ swagger: '2.0', paths: { '/a': { get: {} } } })).toMatchObject({
      operations: 1,
      title: null,
    });
    expect(facts({ openapi: '3.1.0' })).toMatchObject({ operations: 0 });
  });

  it('do not depend on the order in which a document is written', () => {
    const one = api({ '/a': { get: { summary: 'a', deprecated: true } }, '/b': { get: {} } });
    const other = api({ '/b': { get: {} }, '/a': { get: { deprecated: true, summary: 'a' } } });
    expect(facts(other)).toEqual(facts(one));
  });
});

describe('the digest of an operation changes with', () => {
  const order = { $ref: '#/components/schemas/Order' };
  const base = {
    item: { get: { responses: { 200: order } }, parameters: [{ name: 'id' }] } as object,
    schemas: {
      Order: { items: { $ref: '#/components/schemas/Item' } },
      Item: { type: 'string' },
      Other: {},
    } as object,
    more: {} as object,
  };
  const digest = ({ item, schemas, more } = base) =>
    facts(api({ '/orders': item }, { components: { schemas }, ...more }))['GET /orders'];

  it.each([
    ['its own text', { ...base, item: { ...base.item, get: { responses: {} } } }],
    ['the parameters of its path', { ...base, item: { ...base.item, parameters: [] } }],
    ['the security of the whole API', { ...base, more: { security: [{ key: [] }] } }],
    ['a component it refers to', { ...base, schemas: { ...base.schemas, Order: {} } }],
    ['a component that one refers to', { ...base, schemas: { ...base.schemas, Item: { type: 'integer' } } }],
    ['a component that vanishes', { ...base, schemas: { Order: { items: order } } }],
  ])('%s', (_, changed) => {
    expect(digest(changed)).not.toBe(digest());
  });

  it('no component that it does not refer to', () => {
    expect(digest({ ...base, schemas: { ...base.schemas, Other: { type: 'null' } } })).toBe(digest());
  });
});

describe('references', () => {
  it('may form a circle', () => {
    const Node = { properties: { next: { $ref: '#/components/schemas/Node' } } };
    const get = { schema: { $ref: '#/components/schemas/Node' } };
    expect(facts(api({ '/n': { get } }, { components: { schemas: { Node } } }))).toHaveProperty(['GET /n']);
  });

  it('may name other documents, nothing, or be no URI', () => {
    for (const $ref of ['other.json#/a', '#/nothing', '#/%', '#', '']) {
      expect(facts(api({ '/a': { get: { $ref } } }))).toHaveProperty(['GET /a']);
    }
  });

  it('may be percent-encoded, and may name a path', () => {
    const document = api(
      { '/a': { $ref: '#/components/pathItems/of%20a' } },
      { components: { pathItems: { 'of a': { get: {} } } } },
    );
    expect(facts(document)).toMatchObject({ operations: 1 });
  });

  it('that would take minutes to follow are given up', () => {
    let deep: unknown = 'end';
    for (let depth = 0; depth < 20_000; depth++) deep = { a: deep };
    const get = Array.from({ length: 1000 }, (_, depth) => ({ $ref: `#/deep${'/a'.repeat(depth)}` }));
    expect(readApi(api({ '/a': { get: { get } } }, { deep }))).toMatchObject({
      reason: 'too-large',
      detail: expect.stringContaining('references'),
    });
  });
});

describe('what is no API is unreadable', () => {
  it.each([
    [undefined, 'not a JSON object'],
    [[], 'not a JSON object'],
    [{}, 'neither openapi 3 nor swagger 2.0'],
    [{ openapi: '2.0' }, 'neither openapi 3 nor swagger 2.0'],
    [{ openapi: '3.0.0', paths: [] }, '"paths" is not an object'],
  ])('%j', (document, detail) => {
    expect(readApi(document)).toMatchObject({
      reason: 'unreadable',
      detail: expect.stringContaining(detail),
    });
  });

  it('and too many operations are too large', () => {
    const paths = Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`/${index}`, { get: {} }]));
    expect(readApi(api(paths))).toMatchObject({ reason: 'too-large' });
  });
});

it('crashes on no document', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (paths, more) => void readApi(api(paths, Object(more)))),
  );
});
