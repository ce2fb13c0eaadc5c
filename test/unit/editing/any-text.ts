import fc from 'fast-check';

/** One line of a file, and what it is, so that a test need not ask the parser that it tests. */
export interface Line {
  readonly is: 'header' | 'entry' | 'broken' | 'noise';
  /** The section that it stands in, or opens. */
  readonly section: string;
  /** A section's name, a step, or the key of a mapping. */
  readonly name: string;
  readonly text: string;
  ending: string;
}

export interface AnyFile {
  readonly lines: readonly Line[];
  readonly bytes: Buffer;
}

const space = fc.constantFrom('', ' ', '\t', '  ');
const noLineEnd = (text: string) => text.replaceAll(/[\r\n\0]/g, '');
/** Whatever people and programs write into comments: in any script, or in bytes that are no UTF-8. */
const anything = (isUtf8: boolean) =>
  (isUtf8
    ? fc.string({ unit: 'grapheme', maxLength: 8 })
    : fc.uint8Array({ min: 1, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
  ).map(noLineEnd);
const part = fc.string({
  unit: fc.constantFrom('A', 'b', '7', '_', '^', '-', '.'),
  minLength: 1,
  maxLength: 4,
});

const noise = (isUtf8: boolean) =>
  fc.oneof(
    space,
    fc.tuple(space, fc.constantFrom(';', '#'), anything(isUtf8)).map((parts) => parts.join('')),
  );

/** A file of sections with entries in any layout; sections have names of their own, and so have the entries of one. */
export function anyFile(kind: 'flows' | 'mappings'): fc.Arbitrary<AnyFile> {
  const entry = fc.tuple(space, part, part, part, space).map(([indent, sender, context, action, end]) => {
    const name = `${sender}?${context}?${action}`;
    return {
      name,
      text: kind === 'flows' ? indent + name + end : `${indent + name}${end}= Relay.pass${end}`,
    };
  });
  const entries = fc.uniqueArray(entry, { maxLength: 4, selector: ({ name }) => name });
  const section = kind === 'flows' ? part : fc.constant('actionmapping');
  return fc
    .record({ isUtf8: fc.boolean(), isMarked: fc.boolean(), isClosed: fc.boolean(), file: fc.nat() })
    .chain(({ isUtf8, isMarked, isClosed }) => {
      const other = fc.array(noise(isUtf8), { maxLength: 3 });
      const body = fc.tuple(section, space, space, entries, other, other, other, fc.boolean());
      const ending = fc.constantFrom('\n', '\r\n', '\r');
      return fc
        .tuple(
          fc.uniqueArray(body, {
            minLength: 1,
            maxLength: kind === 'flows' ? 3 : 1,
            selector: ([name]) => name,
          }),
          fc.infiniteStream(ending),
          fc.boolean(),
        )
        .map(([sections, endings, isMixed]) => {
          const lines: Line[] = [];
          const first = endings.next().value as string;
          const add = (is: Line['is'], of: string, name: string, text: string) => {
            lines.push({
              is,
              section: of,
              name,
              text,
              ending: isMixed ? (endings.next().value as string) : first,
            });
          };
          for (const [name, before, after, all, above, within, below, isBroken] of sections) {
            for (const text of above) add('noise', '', '', text);
            add('header', name, name, `${before}[${name}]${after}`);
            for (const text of within) add('noise', name, '', text);
            for (const [index, { name: key, text }] of all.entries()) {
              add('entry', name, key, text);
              if (index === 0 && isBroken) add('broken', name, '', '= nothing before it');
            }
            for (const text of below) add('noise', '', '', text);
          }
          // A carriage return and the line feed of a blank line would be one end.
          for (const line of lines) if (line.text === '' && isMixed) line.ending = '\r\n';
          const last = lines.at(-1) as Line;
          if (!isClosed && last.text !== '') last.ending = '';
          return { lines, bytes: encode(lines, isUtf8, isMarked) };
        });
    });
}

function encode(lines: readonly Line[], isUtf8: boolean, isMarked: boolean): Buffer {
  const text = lines.map((line) => line.text + line.ending).join('');
  const mark = isMarked ? Buffer.from([0xef, 0xbb, 0xbf]) : Buffer.alloc(0);
  return Buffer.concat([mark, Buffer.from(text, isUtf8 ? 'utf8' : 'latin1')]);
}

/** The lines of a file as its bytes are, each with its end; what comes before the first one is in it. */
export function rawLines(bytes: Buffer): string[] {
  return bytes.toString('latin1').match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}
