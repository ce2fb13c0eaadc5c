import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIni, type IniEntry, type IniSection, parseIni } from '../../../src/ini/document.ts';
import { addEntry, addSection, removeEntry, setValue } from '../../../src/ini/edit.ts';
import { hasCode } from '../../../src/model/errors.ts';

const text =
  '; ours\r\n[http:shop]\r\n  every=30s\r\nurl  =  http://x/#a  \r\nalone\r\n\r\n[tls:shop]\r\nhost = y';
const { document } = parseIni(text, 'x.ini');
const [http, tls] = document.sections as [IniSection, IniSection];
const [every, url, alone] = http.entries as [IniEntry, IniEntry, IniEntry];
const codeThrown = (action: () => unknown) => {
  try {
    action();
    return undefined;
  } catch (error) {
    return hasCode(error, 'usage.invalid');
  }
};

describe('an edit changes only its own lines', () => {
  test('a value is set in the layout that the line has', () => {
    expect(formatIni(setValue(document, every, '5m'))).toBe(text.replace('30s', '5m'));
    expect(formatIni(setValue(document, url, 'z'))).toBe(text.replace('http://x/#a  ', 'z'));
    expect(formatIni(setValue(document, alone, '1'))).toBe(text.replace('alone', 'alone = 1'));
  });

  test('an entry is added after the last of its section', () => {
    expect(formatIni(addEntry(document, http, { key: 'timeout', value: '5s' }))).toBe(
      text.replace('alone\r\n', 'alone\r\ntimeout = 5s\r\n'),
    );
    expect(formatIni(addEntry(document, tls, { key: 'every', value: '6h' }))).toBe(
      `${text}\r\nevery = 6h\r\n`,
    );
  });

  test('an entry is removed with its line', () => {
    expect(formatIni(removeEntry(document, url))).toBe(text.replace('url  =  http://x/#a  \r\n', ''));
  });

  test('a section is added at the end, set off by a blank line', () => {
    const entries = [
      { key: 'url', value: 'http://x' },
      { key: 'because', value: ' of that' },
      { key: 'alone' },
    ];
    expect(formatIni(addSection(document, 'http:new', entries))).toBe(
      `${text}\r\n\r\n[http:new]\r\nurl = http://x\r\nbecause = " of that"\r\nalone\r\n`,
    );
    const empty = parseIni('', 'new.ini').document;
    expect(formatIni(addSection(empty, 'a', [{ key: 'b', value: '' }]))).toBe('[a]\nb =\n');
  });

  test('a blank line stays one where a bare carriage return comes to stand before it', () => {
    const mixed = parseIni('[a]\rx\r\n\n', 'x.ini').document;
    const [section] = mixed.sections as [IniSection];
    expect(formatIni(removeEntry(mixed, section.entries[0] as IniEntry))).toBe('[a]\r\r\n');
  });

  test('a value that was set is read back, whatever it is', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\uD800', '\u0085', '\uFFFD"'),
    );
    fc.assert(
      fc.property(fc.constantFrom(every, url, alone), anything, (entry, value) => {
        const again = parseIni(formatIni(setValue(document, entry, value)), 'x.ini');
        expect(again.findings).toEqual([]);
        expect(again.document.sections[0]?.entries[entry.line - 3]).toMatchObject({ key: entry.key, value });
      }),
    );
  });

  test('a section and a key that were added are read back, or refused', () => {
    const name = fc.oneof(fc.string({ maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 6 }));
    fc.assert(
      fc.property(name, name, name, (section, key, value) => {
        let added: ReturnType<typeof addSection>;
        try {
          added = addSection(document, section, [{ key, value }]);
        } catch (error) {
          expect(hasCode(error, 'usage.invalid')).toBe(true);
          return;
        }
        const again = parseIni(formatIni(added), 'x.ini');
        expect(again.findings).toEqual([]);
        expect(again.document.sections.at(-1)).toMatchObject({ name: section, entries: [{ key, value }] });
      }),
      { numRuns: 500 },
    );
  });

  test('a name that the grammar cannot hold is refused', () => {
    for (const name of ['', ' a', 'a]b', 'a\nb'])
      expect(codeThrown(() => addSection(document, name, []))).toBe(true);
    for (const key of ['', 'a=b', ';a', '#a', '[a', 'a\n']) {
      expect(codeThrown(() => addEntry(document, http, { key }))).toBe(true);
    }
  });
});
