/**
 * Columns of a terminal that the text takes: 2 for what East Asian scripts and emoji write wide, 0 for what joins the
 * character before it. Where terminals do not agree it is the larger number, so that nothing is ever too long.
 */
export function widthOf(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text in at most so many columns; what does not fit ends in an ellipsis. */
export function cutToWidth(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return '';
  let kept = '';
  let used = 0;
  for (const character of text) {
    const columns = characterWidth(character);
    if (used + columns > width - 1) break;
    kept += character;
    used += columns;
  }
  return `${kept}…`;
}

const plain = /^[\x20-\x7e]*$/;
const joining = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const pictorial = /^\p{Emoji_Presentation}$/u;
/** Makes an emoji of the character before it, which is then wide. */
const emojiSelector = '\ufe0f';

function characterWidth(character: string): number {
  if (character === emojiSelector) return 1;
  if (joining.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  return isWide(code) || pictorial.test(character) ? 2 : 1;
}

/** The blocks that Unicode calls wide or fullwidth (UAX 11), by their ends. */
const wideBlocks: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18aff],
  [0x1aff0, 0x1b2ff],
  [0x1f1e6, 0x1f1ff],
  [0x1f200, 0x1f3ff],
  [0x1f400, 0x1faff],
  [0x20000, 0x3fffd],
];

function isWide(code: number): boolean {
  return code >= 0x1100 && wideBlocks.some(([first, last]) => code >= first && code <= last);
}
