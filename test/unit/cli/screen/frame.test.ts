import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawFrame } from '../../../../src/cli/screen/frame.ts';
import { keysOf } from '../../../../src/cli/screen/terminal.ts';

const size = { columns: 20, rows: 4 };

/** A terminal of as much as frames need: places, erasing to the end of a line, and text that must not wrap. */
function play(screen: string[], text: string): string[] {
  const rows = [...screen];
  for (const [, row = '', shown = '', erase = ''] of text.matchAll(
    new RegExp(`${'\u001b'}\\[(\\d+);1H([^${'\u001b'}]*)(${'\u001b'}\\[K)?`, 'g'),
  )) {
    const at = Number(row) - 1;
    const before = rows[at] ?? '';
    rows[at] = erase === '' ? shown + before.slice(shown.length) : shown;
  }
  return rows;
}

describe('a frame', () => {
  it('redraws only the lines that differ', () => {
    const before = { size, lines: ['one', 'two', 'three'] };
    const text = drawFrame(before, { size, lines: ['one', 'TWO', 'three', 'four'] });
    expect(text).toBe('\u001b[2;1HTWO\u001b[K\u001b[4;1Hfour\u001b[K');
    expect(drawFrame(before, before)).toBe('');
  });

  it('is drawn whole at first and when the size has changed', () => {
    const whole = drawFrame(undefined, { size, lines: ['one'] });
    expect(whole).toBe('\u001b[1;1Hone\u001b[K\u001b[2;1H\u001b[K\u001b[3;1H\u001b[K\u001b[4;1H\u001b[K');
    const wider = { columns: 21, rows: 4 };
    expect(drawFrame({ size, lines: ['one'] }, { size: wider, lines: ['one'] })).toBe(whole);
  });

  it('leaves the last column alone that a full line ends in', () => {
    const full = 'x'.repeat(20);
    expect(drawFrame({ size, lines: [] }, { size, lines: [full] })).toBe(`\u001b[1;1H${full}`);
    const coloured = `\u001b[31m${full}\u001b[39m`;
    expect(drawFrame({ size, lines: [] }, { size, lines: [coloured] })).not.toContain('\u001b[K');
  });

  it('shows what it is given, whatever was there', () => {
    const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 20 }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.array(lines, { minLength: 1, maxLength: 6 }), (frames) => {
        let screen = ['garbage', 'garbage', 'garbage', 'garbage'];
        let before: { size: typeof size; lines: string[] } | undefined;
        for (const shown of frames) {
          screen = play(screen, drawFrame(before, { size, lines: shown }));
          before = { size, lines: shown };
          expect(screen.map((line) => line.trimEnd())).toEqual(
            Array.from({ length: 4 }, (_, row) => (shown[row] ?? '').trimEnd()),
          );
        }
      }),
    );
  });
});

describe('keys', () => {
  it('are what was typed, without arrows and their like', () => {
    expect(keysOf('qs?')).toEqual(['q', 's', '?']);
    expect(keysOf('\u0003\u001a')).toEqual(['ctrl-c', 'ctrl-z']);
    expect(keysOf('\u001b[A\u001bOPp\u001b[1;5C')).toEqual(['p']);
    expect(keysOf('\u001b')).toEqual(['escape']);
  });
});
