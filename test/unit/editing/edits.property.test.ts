import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addFlow,
  addStep,
  moveStep,
  removeFlow,
  removeStep,
  renameFlow,
} from '../../../src/editing/flow-edits.ts';
import { addMapping, changeMapping, removeMapping } from '../../../src/editing/mapping-edits.ts';
import { decodeText, encodeText } from '../../../src/editing/text-bytes.ts';
import { formatIni, type IniDocument, parseIni } from '../../../src/ini/document.ts';
import { type AnyFile, anyFile, type Line, rawLines } from './any-text.ts';

/* Any edit of any file changes only what it says: every other line is there, byte for byte, in its order. */

function edited({ bytes }: AnyFile, change: (document: IniDocument) => IniDocument): string[] {
  const decoded = decodeText(bytes);
  if ('problem' in decoded) throw new Error(decoded.problem);
  const { document } = parseIni(decoded.text, 'x.ini');
  return rawLines(encodeText(formatIni(change(document)), decoded.encoding));
}

const bare = (line: string) => line.replace(/[\r\n]+$/, '');

/** `after` is `before` with `added` at one place, and nothing else. */
function expectAdded(before: readonly string[], after: readonly string[], added: readonly RegExp[]): void {
  expect(after.length).toBe(before.length + added.length);
  const at = after.findIndex(
    (line, index) => bare(line) !== bare(before[index] ?? '') || before[index] === undefined,
  );
  // What is added may equal what is there: then the place is found a little later, and the rest still fits.
  const places = Array.from({ length: at + 1 }, (_, index) => index);
  const fits = places.some(
    (place) =>
      added.every((pattern, index) => pattern.test(bare(after[place + index] ?? ''))) &&
      same(after.slice(0, place), before.slice(0, place), place === before.length) &&
      same(after.slice(place + added.length), before.slice(place), false),
  );
  expect(fits, JSON.stringify({ before, after })).toBe(true);
}

function same(a: readonly string[], b: readonly string[], isOpenAllowed: boolean): boolean {
  return (
    a.length === b.length &&
    a.every((line, index) => {
      const other = b[index] as string;
      return line === other || (isOpenAllowed && index === b.length - 1 && bare(line) === other);
    })
  );
}

const runs = { numRuns: 300 };
const flowsOf = ({ lines }: AnyFile) => lines.filter(({ is }) => is === 'header').map(({ name }) => name);
const entriesOf = ({ lines }: AnyFile, section: string) =>
  lines.filter((line) => line.is === 'entry' && line.section === section);
const indexOf = ({ lines }: AnyFile, line: Line) => lines.indexOf(line);
const stepNames = (file: AnyFile, flow: string) => entriesOf(file, flow).map(({ name }) => name);

/** A file, one of its sections, and numbers to choose by. */
const flowFile = fc.tuple(anyFile('flows'), fc.nat(), fc.nat(), fc.nat());
const mappingFile = fc.tuple(anyFile('mappings'), fc.nat());
const chosen = <T>(list: readonly T[], number: number): T | undefined =>
  list[number % Math.max(1, list.length)];

describe('flows', () => {
  test('one that is added stands at the end, set off by a blank line', () => {
    fc.assert(
      fc.property(anyFile('flows'), (file) => {
        const before = rawLines(file.bytes);
        const after = edited(file, (document) => addFlow(document, 'New^', ['S?New^?x']));
        const isSetOff = file.lines.at(-1)?.text.trim() === '';
        const added = [/^\[New\^\]$/, /^\?New\^\?Push$/, /^S\?New\^\?x$/, /^\?\?done$/];
        expectAdded(before, after, isSetOff ? added : [/^$/, ...added]);
      }),
      runs,
    );
  });

  test('one that is removed takes its own lines along, and at most the blank line above', () => {
    fc.assert(
      fc.property(flowFile, ([file, number]) => {
        const flow = chosen(flowsOf(file), number) as string;
        const before = rawLines(file.bytes);
        const first = file.lines.findIndex(({ is, name }) => is === 'header' && name === flow);
        const last = file.lines.findLastIndex(
          ({ is, section }) => section === flow && (is === 'header' || is === 'entry' || is === 'broken'),
        );
        const after = edited(file, (document) => removeFlow(document, flow));
        const isBlankAbove = first > 0 && file.lines[first - 1]?.text.trim() === '';
        const without = (from: number) => [...before.slice(0, from), ...before.slice(last + 1)];
        const hasMark = file.bytes[0] === 0xef && first === 0;
        const expected = [without(first), ...(isBlankAbove ? [without(first - 1)] : [])];
        const text = after.join('');
        const mark = '\u00ef\u00bb\u00bf';
        const texts = expected.map((lines) => lines.join(''));
        // A byte-order mark is the file's, not the first line's.
        const marked = texts.map((one) =>
          hasMark || before[0]?.startsWith(mark) ? mark + one.replace(mark, '') : one,
        );
        expect([...texts, ...marked]).toContain(text);
      }),
      runs,
    );
  });

  test('one that is renamed changes its header, and its entry where that names it', () => {
    fc.assert(
      fc.property(flowFile, ([file, number]) => {
        const flow = chosen(flowsOf(file), number) as string;
        const before = rawLines(file.bytes);
        const after = edited(file, (document) => renameFlow(document, flow, 'Other^'));
        expect(after.length).toBe(before.length);
        const changed = before.flatMap((line, index) => (line === after[index] ? [] : [index]));
        const header = file.lines.findIndex(({ is, name }) => is === 'header' && name === flow);
        const [entry] = entriesOf(file, flow);
        const names = entry && entry.name.split('?')[1] === flow;
        expect(changed).toEqual(names ? [header, indexOf(file, entry)] : [header]);
        expect(after[header]).toBe(before[header]?.replace(`[${flow}]`, '[Other^]'));
        if (names)
          expect(after[changed[1] as number]).toBe(
            before[changed[1] as number]?.replace(`?${flow}?`, '?Other^?'),
          );
      }),
      runs,
    );
  });

  test('a step that is added is one line', () => {
    fc.assert(
      fc.property(flowFile, ([file, number, place]) => {
        const flow = chosen(flowsOf(file), number) as string;
        const neighbour = chosen(stepNames(file, flow), place);
        const where =
          neighbour === undefined ? undefined : place % 2 ? { before: neighbour } : { after: neighbour };
        const after = edited(file, (document) => addStep(document, flow, 'S?New^?x', where));
        expectAdded(rawLines(file.bytes), after, [/^[ \t]*S\?New\^\?x$/]);
      }),
      runs,
    );
  });

  test('a step that is removed is one line', () => {
    fc.assert(
      fc.property(flowFile, ([file, number, step]) => {
        const flow = chosen(flowsOf(file), number) as string;
        const line = chosen(entriesOf(file, flow), step);
        if (!line) return;
        const before = rawLines(file.bytes);
        const after = edited(file, (document) => removeStep(document, flow, line.name));
        expect(after).toEqual(before.toSpliced(indexOf(file, line), 1));
      }),
      runs,
    );
  });

  test('a step that is moved is the same line at another place', () => {
    fc.assert(
      fc.property(flowFile, ([file, number, step, place]) => {
        const flow = chosen(flowsOf(file), number) as string;
        const line = chosen(entriesOf(file, flow), step);
        const neighbour = chosen(
          entriesOf(file, flow).filter((one) => one !== line),
          place,
        );
        if (!line || !neighbour) return;
        const where = place % 2 ? { before: neighbour.name } : { after: neighbour.name };
        const after = edited(file, (document) => moveStep(document, flow, line.name, where));
        const before = rawLines(file.bytes);
        const isSame = (one: string) => bare(one) === bare(before[indexOf(file, line)] as string);
        const [others, left] = [
          before.toSpliced(indexOf(file, line), 1),
          after.toSpliced(after.findIndex(isSame), 1),
        ];
        // The file ends as it did: only the last line may have lost its end to the one that is last now.
        expect(left.map(bare)).toEqual(others.map(bare));
        expect(left.slice(0, -1)).toEqual(
          others.slice(0, -1).map((one, index) => (index < left.length - 1 ? one : bare(one))),
        );
        expect(/[\r\n]$/.test(after.at(-1) as string)).toBe(/[\r\n]$/.test(before.at(-1) as string));
      }),
      runs,
    );
  });
});

describe('mappings', () => {
  test('one that is added is one line', () => {
    fc.assert(
      fc.property(anyFile('mappings'), (file) => {
        const after = edited(file, (document) => addMapping(document, 'S?New^?x', 'Relay.pass'));
        expectAdded(rawLines(file.bytes), after, [/^[ \t]*S\?New\^\?x = Relay\.pass$/]);
      }),
      runs,
    );
  });

  test('one that is changed differs behind its equals sign only', () => {
    fc.assert(
      fc.property(mappingFile, ([file, number]) => {
        const line = chosen(entriesOf(file, 'actionmapping'), number);
        if (!line) return;
        const before = rawLines(file.bytes);
        const after = edited(file, (document) => changeMapping(document, line.name, 'Other.way'));
        const at = indexOf(file, line);
        expect(after.toSpliced(at, 1)).toEqual(before.toSpliced(at, 1));
        expect(after[at]).toBe(before[at]?.replace(/Relay\.pass[ \t]*/, 'Other.way'));
      }),
      runs,
    );
  });

  test('one that is removed is one line', () => {
    fc.assert(
      fc.property(mappingFile, ([file, number]) => {
        const line = chosen(entriesOf(file, 'actionmapping'), number);
        if (!line) return;
        const after = edited(file, (document) => removeMapping(document, line.name));
        expect(after).toEqual(rawLines(file.bytes).toSpliced(indexOf(file, line), 1));
      }),
      runs,
    );
  });
});

test('any bytes that are text come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const decoded = decodeText(Buffer.from(bytes));
      if ('problem' in decoded) return;
      expect(encodeText(decoded.text, decoded.encoding)).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 2000 },
  );
});
