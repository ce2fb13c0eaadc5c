import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayHave, needlesOf } from '../../../../src/cli/tap/needles.ts';
import { formatWhere, isWhere, parseWhere } from '../../../../src/cli/tap/where.ts';
import { SettingProblem } from '../../../../src/config/settings.ts';

const event = {
  type: 'polar.observation.violated',
  sequence: '120',
  header: { attempt: 2, key: 'anna.event.http.shop' },
  data: {
    facts: { status: 503, 'header.server': 'nginx', 'GET /orders': '9f2c', version: '1.40' },
    measures: { latency_ms: 1500 },
    changed: ['status', 'version'],
    owner: null,
  },
};
const holds = (written: string) => isWhere(parseWhere(written), event);

describe('a condition', () => {
  it.each([
    'data.facts.status=503',
    'data.facts.status = 503',
    '  data.facts.status>=500  ',
    'data.facts.status != 200',
    'data.facts.status in 500, 503',
    'data.facts.version = 1.40',
    'data.facts.header.server like ng*',
    'data.facts."header.server" = nginx',
    'data.facts."GET /orders" exists',
    'data.measures.latency_ms > 1s',
    'type like *.violated',
    'sequence > 99',
    'header.attempt > 1',
    'header.key = anna.event.http.shop',
    'data.owner absent',
    'data.nothing absent',
    'data.facts exists',
  ])('%s holds', (written) => expect(holds(written)).toBe(true));

  it.each([
    'data.facts.status = 200',
    'data.facts.status < 503',
    'data.facts.version = 1.4',
    'data.facts.header.server = apache',
    'data.nothing != 1',
    'data.owner exists',
    'data.facts = 1',
    'data.facts absent',
  ])('%s does not hold', (written) => expect(holds(written)).toBe(false));

  it('of a list holds if it holds of an item, and with a "not" if it holds of all', () => {
    expect(holds('data.changed = status')).toBe(true);
    expect(holds('data.changed like vers*')).toBe(true);
    expect(holds('data.changed = operations')).toBe(false);
    expect(holds('data.changed != status')).toBe(false);
    expect(holds('data.changed not in a, b')).toBe(true);
    expect(holds('data.changed exists')).toBe(true);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['', 'column 1: the name of a field is missing'],
    ['= 503', 'column 1: the name of a field is missing'],
    ['data..x = 1', 'column 6: the name of a field is missing'],
    ['dat.x = 1', 'column 1: there is no field "dat"; did you mean "data"?'],
    ['status = 1', 'of a fact write data.facts.status'],
    ['header.sorce = a', 'column 8: there is no field "sorce"; did you mean "source"?'],
    ['data.facts.status', 'column 18: an operator is missing: =, !='],
    ['data.x == 1', 'column 8: there is no operator "=="; did you mean "="?'],
    ['data.x =~ a', 'column 8: there is no operator "=~"; did you mean "like"?'],
    ['data.x ~ a', 'there is no operator "~"; did you mean "like"?'],
    ['data.x => 1', 'did you mean ">="?'],
    ['data.x <> 1', 'did you mean "!="?'],
    ['data.x lik a', 'there is no operator "lik"; did you mean "like"?'],
    ['data.x is 1', 'there is no operator "is"; did you mean "="?'],
    ['data.x surpasses 1', 'there is no operator "surpasses", but =, !='],
    ['data.x > abc', 'compares by ">" with "abc", no number (column 8)'],
    ['data.x = 1 and data.y = 2', 'column 12: one condition is read'],
    ['data."x = 1', 'column 6: the name of a field is missing'],
  ])('%s is told with its place', (written, message) => {
    expect(() => parseWhere(written)).toThrow(message);
  });

  it('never is anything but a problem', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^data[.\w" =<>!~]{0,30}$/));
    fc.assert(
      fc.property(text, (written) => {
        try {
          parseWhere(written);
        } catch (error) {
          expect(error).toBeInstanceOf(SettingProblem);
        }
      }),
    );
  });
});

const name = fc.string({ minLength: 1, maxLength: 12 });
const value = fc.stringMatching(/^[a-z0-9][a-z0-9.*-]{0,8}$/);
const condition = fc.oneof(
  fc.tuple(fc.constantFrom('=', '!=', 'like', 'not like', 'in'), value).map((words) => words.join(' ')),
  fc.tuple(fc.constantFrom('<', '<=', '>', '>='), fc.integer()).map((words) => words.join(' ')),
  fc.constantFrom('exists', 'absent'),
);
const written = fc
  .tuple(fc.array(name, { minLength: 1, maxLength: 3 }), condition)
  .map(([names, rest]) => `data.${names.map((each) => JSON.stringify(each)).join('.')} ${rest}`);

describe('a condition that was read', () => {
  it('is written as one that reads the same', () => {
    fc.assert(
      fc.property(written, (text) => {
        const where = parseWhere(text);
        expect(parseWhere(formatWhere(where))).toEqual(where);
      }),
    );
  });

  it('never is looked for in vain: bytes that lack what it looks for hold no event of which it holds', () => {
    const scalar = fc.oneof(
      value,
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const bodies = fc.dictionary(fc.constantFrom('a', 'b', 'a.b', 'ä', 'x"y'), scalar);
    const asked = fc
      .tuple(fc.constantFrom('a', 'b', 'a.b', 'ä', 'x"y'), condition)
      .map(([field, rest]) => parseWhere(`data.${JSON.stringify(field)} ${rest}`));
    fc.assert(
      fc.property(bodies, asked, (data, where) => {
        const bytes = Buffer.from(JSON.stringify(data));
        if (isWhere(where, { data })) expect(mayHave(bytes, needlesOf(where))).toBe(true);
      }),
    );
    expect(mayHave(Buffer.from('{"a":1}'), needlesOf(parseWhere('data.b exists')))).toBe(false);
    expect(mayHave(Buffer.from('{"a":"x"}'), needlesOf(parseWhere('data.a = shop')))).toBe(false);
    expect(mayHave(Buffer.from('{"a":5.03e2}'), needlesOf(parseWhere('data.a = 503')))).toBe(true);
  });
});
