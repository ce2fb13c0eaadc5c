import fc from 'fast-check';
import ini from 'ini';
import { describe, expect, test } from 'vitest';
import { formatIni, type IniDocument, parseIni } from '../../../src/ini/document.ts';
import { formatFinding } from '../../../src/model/finding.ts';

const read = (text: string) => parseIni(text, 'x.ini');
const reported = (text: string) =>
  read(text).findings.map(({ line, column, code }) => `${line}:${column} ${code}`);
const values = ({ sections }: IniDocument) =>
  sections.map(({ name, entries }) => [name, entries.map(({ key, value }) => [key, value])]);

/** Text that is likely to look like an INI file, and anything else. */
const iniLike = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '[',
          ']',
          '=',
          '"',
          '\\',
          ';',
          '#',
          ' ',
          '\t',
          '\n',
          '\r\n',
          '\r',
          '\0',
          '\uFEFF',
          '??done',
          '\u2028',
        ],
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
  )
  .map((parts) => parts.join(''));

describe('the grammar', () => {
  test('keeps # and ; within a value', () => {
    const { document } = read('[http:api.example.com]\nurl = https://x/#/login; see below\n');
    expect(values(document)).toEqual([['http:api.example.com', [['url', 'https://x/#/login; see below']]]]);
  });

  test('splits at the first =, and lets a key stand alone', () => {
    const { document } = read('[a]\nexpect.x = >= 3\n??done\nempty =\n');
    expect(document.sections[0]?.entries).toEqual([
      { key: 'expect.x', value: '>= 3', hasEquals: true, line: 2, column: 1, valueColumn: 12 },
      { key: '??done', value: '', hasEquals: false, line: 3, column: 1, valueColumn: 7 },
      { key: 'empty', value: '', hasEquals: true, line: 4, column: 1, valueColumn: 8 },
    ]);
  });

  test('reads a quoted value as a JSON string', () => {
    const { document, findings } = read('[a]\nx = " two\\n\\u0041 "\ny = \'as it is\'\nz = say "hi"\n');
    expect(findings).toEqual([]);
    expect(values(document)).toEqual([
      [
        'a',
        [
          ['x', ' two\nA '],
          ['y', "'as it is'"],
          ['z', 'say "hi"'],
        ],
      ],
    ]);
  });

  test('takes a comment only as a whole line', () => {
    const { document } = read('; one\n[a]\n  # two\n\t; three\nk = v ; four\n');
    expect(values(document)).toEqual([['a', [['k', 'v ; four']]]]);
  });

  test('reads every kind of line ending, a byte-order mark and no final newline', () => {
    const { document, findings } = read('\uFEFF[a]\r\nx = 1\ny = 2\rz = 3');
    expect(findings).toEqual([]);
    expect(document.bom).toBe(true);
    expect(document.lineEnding).toBe('\r\n');
    expect(document.sections[0]).toMatchObject({ name: 'a', line: 1, column: 1 });
    expect(document.sections[0]?.entries.map(({ key, line }) => `${key}${line}`)).toEqual(['x2', 'y3', 'z4']);
  });

  test('keeps repeated keys for the reader of the section', () => {
    expect(values(read('[a]\nk = 1\nk = 2\n').document)).toEqual([
      [
        'a',
        [
          ['k', '1'],
          ['k', '2'],
        ],
      ],
    ]);
  });

  test('gives names like __proto__ no meaning', () => {
    const { document } = read('[__proto__]\n__proto__ = 1\nconstructor = 2\n');
    expect(values(document)).toEqual([
      [
        '__proto__',
        [
          ['__proto__', '1'],
          ['constructor', '2'],
        ],
      ],
    ]);
  });
});

describe('what is broken is reported with its place, and the rest is read', () => {
  test.each([
    ['an entry before any section', 'a = 1\n[x]\n', ['1:1 ini.no-section']],
    ['a header without its end', '[x\na = 1\n', ['1:3 ini.broken-section']],
    ['a header without a name', '  [ ]\na = 1\n', ['1:3 ini.broken-section']],
    ['a header within a header', '[x[y]]\n', ['1:3 ini.broken-section']],
    ['text after a header', '[x] y\n', ['1:3 ini.broken-section']],
    ['a comment after a header', '[x]  ; y\n', ['1:4 ini.broken-section']],
    ['a section that is there twice', '[x]\n[y]\n [x]\n', ['3:2 ini.duplicate-section']],
    ['a value without a key', '[x]\n  = 1\n', ['2:3 ini.missing-key']],
    ['a quote that does not close', '[x]\na = "b\n', ['2:5 ini.broken-quote']],
    ['text after a quoted value', '[x]\na =  "b" c\n', ['2:6 ini.broken-quote']],
    ['a control character', '[x]\na\t= b\0\n', ['2:6 ini.control-character']],
    ['a control character in a comment', '; \u001b[31m\n', ['1:3 ini.control-character']],
    ['another encoding', '[x]\na = caf\uFFFD\n', ['2:8 ini.not-utf-8']],
    [
      'all at once',
      'a\n[x\n[x]\nb = "\n= c\n',
      [
        '1:1 ini.no-section',
        '2:3 ini.broken-section',
        '3:1 ini.duplicate-section',
        '4:5 ini.broken-quote',
        '5:1 ini.missing-key',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(reported(text)).toEqual(expected);
  });

  test('a broken header still opens its section', () => {
    const { document } = read('[a]\nx = 1\n[b\ny = 2\n');
    expect(values(document)).toEqual([
      ['a', [['x', '1']]],
      ['b', [['y', '2']]],
    ]);
  });

  test('a finding says what to do', () => {
    const [finding] = read('[a]\n[a]\n').findings;
    expect(finding && formatFinding(finding)).toBe(
      'x.ini:2:1: error ini.duplicate-section [a] is already on line 1; merge the two',
    );
  });
});

describe('for any text at all', () => {
  test('formatting gives it back unchanged', () => {
    fc.assert(
      fc.property(iniLike, (text) => formatIni(read(text).document) === text),
      { numRuns: 1000 },
    );
  });

  test('positions point at the text', () => {
    fc.assert(
      fc.property(iniLike, (text) => {
        const { document, findings } = read(text);
        const from = (line: number, column: number) => document.lines[line - 1]?.text.slice(column - 1) ?? '';
        for (const section of document.sections) {
          expect(from(section.line, section.column).startsWith('[')).toBe(true);
          for (const { key, value, line, column, valueColumn } of section.entries) {
            expect(from(line, column).startsWith(key)).toBe(true);
            const written = from(line, valueColumn).trim();
            expect([value, JSON.stringify(value)].includes(written) || written.startsWith('"')).toBe(true);
          }
        }
        for (const { line, column } of findings) {
          const length = document.lines[line - 1]?.text.length ?? -1;
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(length + 1);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('what a file lacks is not invented: every key is on its line', () => {
    fc.assert(
      fc.property(iniLike, (text) => {
        const { document } = read(text);
        const entries = document.sections.flatMap((section) => section.entries);
        const places = entries.map((entry) => entry.line);
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
      }),
    );
  });
});

describe('where the ini package reads the same grammar', () => {
  const word = fc
    .stringMatching(/^[A-Za-zäß?^@:/_-][A-Za-z0-9äß?^@:/_ -]{0,12}$/)
    .map((text) => text.trim())
    .filter((text) => text !== '' && !['true', 'false', 'null', '__proto__'].includes(text));
  const value = fc.oneof(word, fc.stringMatching(/^[1-9<>]{1,4}( = \d)?$/));
  const section = fc.dictionary(word, value, { minKeys: 1, maxKeys: 5 });
  const file = fc.dictionary(word, section, { maxKeys: 4 });
  const asObject = ({ sections }: IniDocument) =>
    Object.fromEntries(
      sections.map(({ name, entries }) => [
        name,
        Object.fromEntries(entries.map(({ key, value, hasEquals }) => [key, hasEquals ? value : true])),
      ]),
    );
  const plain = (parsed: unknown) => JSON.parse(JSON.stringify(parsed)) as unknown;

  test('both read a file with the same result', () => {
    const layout = fc.record({
      equals: fc.constantFrom('=', ' = ', '\t=  '),
      newline: fc.constantFrom('\n', '\r\n', '\n\n; comment\n'),
    });
    fc.assert(
      fc.property(file, layout, (content, { equals, newline }) => {
        const lines = Object.entries(content).flatMap(([name, entries]) => [
          `[${name}]`,
          ...Object.entries(entries).map(([key, text]) => `${key}${equals}${text}`),
          'alone',
        ]);
        const text = lines.join(newline);
        const { document, findings } = read(text);
        expect(findings).toEqual([]);
        expect(asObject(document)).toEqual(plain(ini.parse(text)));
      }),
    );
  });

  test('a file that it writes is read back', () => {
    fc.assert(
      fc.property(file, (content) => {
        const { document, findings } = read(ini.stringify(content, { whitespace: true }));
        expect(findings).toEqual([]);
        expect(asObject(document)).toEqual(plain(content));
      }),
    );
  });
});
