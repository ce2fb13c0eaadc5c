/** Whether one character is meant; undefined stands for a `*`. */
type Token = ((character: string) => boolean) | undefined;

/**
 * A pattern over one name: `*`, `?`, `[a-c]`, `[!a-c]`; a bracket that is never closed is itself. Not by a regular
 * expression: names are chosen by others, and with several stars one name could keep the process busy for ever.
 */
export function createNameMatcher(pattern: string): (name: string) => boolean {
  const tokens = tokensOf([...pattern]);
  return (name) => matches(tokens, [...name]);
}

/**
 * Only the last star ever takes back what it gave: whatever an earlier one could do, it can do as well.
 * So no name takes longer than its length times the pattern's.
 */
function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0;
  let character = 0;
  let star = -1;
  let afterStar = 0;
  while (character < name.length) {
    const meant = tokens[token];
    if (meant?.(name[character] as string)) {
      token += 1;
      character += 1;
    } else if (token < tokens.length && !meant) {
      star = token;
      afterStar = character;
      token += 1;
    } else if (star >= 0) {
      afterStar += 1;
      character = afterStar;
      token = star + 1;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === undefined);
}

function tokensOf(pattern: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const written = pattern[at] as string;
    const close = written === '[' ? closeOf(pattern, at) : -1;
    if (written === '*') {
      tokens.push(undefined);
    } else if (written === '?') {
      tokens.push(() => true);
    } else if (close > 0) {
      tokens.push(classOf(pattern.slice(at + 1, close)));
      at = close;
    } else {
      tokens.push((character) => character === written);
    }
  }
  return tokens;
}

/** A bracket that stands first in a class is one of its members: `[]]`, `[!]]`. */
function closeOf(pattern: readonly string[], open: number): number {
  return pattern.indexOf(']', pattern[open + 1] === '!' ? open + 3 : open + 2);
}

function classOf(written: readonly string[]): (character: string) => boolean {
  const isNegated = written[0] === '!';
  const members = isNegated ? written.slice(1) : written;
  const ranges: (readonly [from: string, to: string])[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const from = members[at] as string;
    const to = members[at + 1] === '-' ? members[at + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) at += 2;
  }
  return (character) => isNegated !== ranges.some(([from, to]) => from <= character && character <= to);
}
