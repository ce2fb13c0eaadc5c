import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutlineReader } from '../../../src/model/json-outline.ts';

const outlineOf = createOutlineReader(['type', 'data', 'data.owner', 'owner']);
const read = (text: string) => outlineOf(Buffer.from(text));

describe('the outline of a JSON text', () => {
  it('says where members lie, as their text', () => {
    const outline = read(
      ' {"type" : "a\\u0020b", "other": [{"owner": 1}], "data":{"owner":"me", "n":[1.50e2]}}\n',
    );
    expect(outline?.whole().toString()).toBe(
      '{"type" : "a\\u0020b", "other": [{"owner": 1}], "data":{"owner":"me", "n":[1.50e2]}}',
    );
    expect(outline?.stringOf('type')).toBe('a b');
    expect(outline?.textOf('data')?.toString()).toBe('{"owner":"me", "n":[1.50e2]}');
    expect(outline?.stringOf('data.owner')).toBe('me');
    expect(outline?.textOf('owner')).toBeUndefined();
    expect(outline?.stringOf('owner')).toBeUndefined();
    expect(outline?.stringOf('data')).toBeUndefined();
  });

  it.each(['true', 'false', 'null', '-0.1E+7', '""', '[]', '[ 1 , [ ] ]', '{}', '{"a":{}}', '"ä\\n\\ud83d"'])(
    'takes %s, which has none of them',
    (text) => {
      expect(read(text)?.whole().toString()).toBe(text);
      expect(read(text)?.textOf('data')).toBeUndefined();
    },
  );

  it.each([
    ['nothing', ''],
    ['more than one value', '1 2'],
    ['an open end', '{"a":1'],
    ['a comma too many', '[1,]'],
    ['a comma too few', '{"a":1 "b":2}'],
    ['a name without quotes', '{a:1}'],
    ['no colon', '{"a" 1}'],
    ['a number that begins with zero', '01'],
    ['half a number', '1.'],
    ['half an exponent', '1e'],
    ['a line break within a string', '"a\nb"'],
    ['an escape that is none', '"\\x"'],
    ['half an escape', '"\\u12"'],
    ['words that are none', 'nul'],
    ['a zero byte', '1\0'],
    ['a byte-order mark', '\ufeff1'],
  ])('refuses what is no JSON: %s', (_what, text) => {
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(read(text)).toBeUndefined();
  });

  it.each([
    ['a member that comes twice', '{"type":"a","type":"b"}'],
    ['a name with an escape', '{"typ\\u0065":"a"}'],
    ['too many levels', `${'['.repeat(70)}${']'.repeat(70)}`],
    ['very much', JSON.stringify('x'.repeat(70_000))],
  ])('does not answer for what is better parsed: %s', (_what, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(read(text)).toBeUndefined();
  });

  it('does not answer for bytes that are no UTF-8', () => {
    expect(outlineOf(Buffer.from([0x22, 0xff, 0x22]))).toBeUndefined();
  });

  it('finds what parsing finds, whatever the text is', () => {
    const member = fc.constantFrom('type', 'data', 'owner', 'other', '');
    const inner = fc.dictionary(member, fc.jsonValue({ maxDepth: 2 }));
    const value = fc.oneof(fc.dictionary(member, fc.oneof(inner, fc.jsonValue())), fc.jsonValue());
    const space = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(value, space, (of, indent) => {
        const text = JSON.stringify(of, undefined, indent);
        const outline = read(text);
        // Of names with escapes it says nothing.
        if (!outline && text.includes('\\')) return;
        const parsed = Object(JSON.parse(text)) as Record<string, unknown>;
        expect(parsedOf(outline?.whole())).toEqual(JSON.parse(text));
        expect(parsedOf(outline?.textOf('type'))).toEqual(parsed.type);
        expect(parsedOf(outline?.textOf('data'))).toEqual(parsed.data);
        const { owner } = Object(Array.isArray(parsed.data) ? {} : parsed.data) as { owner?: unknown };
        expect(parsedOf(outline?.textOf('data.owner'))).toEqual(owner);
        expect(outline?.stringOf('data.owner')).toBe(typeof owner === 'string' ? owner : undefined);
      }),
    );
  });

  it('takes nothing that is no JSON, whatever was done to a text', () => {
    const change = fc.record({
      at: fc.nat(),
      byte: fc.constantFrom(...Buffer.from('"\\{}[],:0-+.eEtu\0 \n\x80')),
    });
    fc.assert(
      fc.property(fc.json(), fc.array(change, { minLength: 1, maxLength: 3 }), (text, changes) => {
        const bytes = Buffer.from(text);
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
        if (outlineOf(bytes)) JSON.parse(bytes.toString());
      }),
    );
  });
});

function parsedOf(text: Buffer | undefined): unknown {
  return text && JSON.parse(text.toString());
}
