/** Where a text stops being JSON. */
export interface JsonFault {
  /** In UTF-16 code units; the text's length when something is missing at its end. */
  readonly offset: number;
  /** Completes "at line 1, column 8 …". */
  readonly problem: string;
}

/** Far below what `JSON.stringify` can walk, far above what people nest. */
export const maxJsonDepth = 1000;

/**
 * Undefined for what `JSON.parse` takes and that nests no deeper than `maxDepth`. It says where the fault is, which
 * the message of `JSON.parse` does not always, makes no values, and does not recurse.
 */
export function faultOfJson(text: string, maxDepth = maxJsonDepth): JsonFault | undefined {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'a value';
  let at = 0;
  for (;;) {
    at = endOf(space, text, at) ?? at;
    const character = text[at];
    if (character === undefined) return expected === 'nothing more' ? undefined : cutShort(text, expected);
    const expectsValue: boolean = expected === 'a value' || expected === 'a value or "]"';
    const expectsName: boolean = expected === 'a name in quotes' || expected === 'a name in quotes or "}"';

    if (expectsValue && (character === '{' || character === '[')) {
      if (open.length === maxDepth) return { offset: at, problem: `nests deeper than ${maxDepth} levels` };
      open.push(character);
      expected = character === '{' ? 'a name in quotes or "}"' : 'a value or "]"';
      at++;
    } else if ((expectsValue || expectsName) && character === '"') {
      const end = endOfString(text, at);
      if (typeof end !== 'number') return end;
      at = end;
      expected = expectsName ? '":"' : afterValue(open);
    } else if (expectsValue && endOf(plainValue, text, at) !== undefined) {
      at = endOf(plainValue, text, at) as number;
      expected = afterValue(open);
    } else if (expected === '":"' && character === ':') {
      at++;
      expected = 'a value';
    } else if ((expected === '"," or "]"' || expected === '"," or "}"') && character === ',') {
      at++;
      expected = expected === '"," or "]"' ? 'a value' : 'a name in quotes';
    } else if ((character === ']' || character === '}') && expected.endsWith(`or "${character}"`)) {
      at++;
      open.pop();
      expected = afterValue(open);
    } else {
      return { offset: at, problem: `has ${quoted(text, at)} where ${expected} is expected` };
    }
  }
}

/** `line 1, column 8`, 1-based. */
export function placeIn(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1) as string).length + 1}`;
}

type Expected =
  | 'a value'
  | 'a value or "]"'
  | 'a name in quotes'
  | 'a name in quotes or "}"'
  | '":"'
  | '"," or "]"'
  | '"," or "}"'
  | 'nothing more';

const space = /[ \t\r\n]+/y;
const plainValue = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

function endOf(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

// Character by character: an expression for a whole string keeps a way back for each of its characters.
function endOfString(text: string, start: number): number | JsonFault {
  let at = start + 1;
  while (at < text.length) {
    const character = text[at] as string;
    if (character === '"') return at + 1;
    if (character < ' ') {
      return { offset: at, problem: `has ${quoted(text, at)} in a string, where it must be escaped` };
    }
    const next = character === '\\' ? endOf(escaped, text, at) : at + 1;
    if (next === undefined) return { offset: at, problem: 'has an escape that JSON does not know' };
    at = next;
  }
  return cutShort(text, 'the end of a string');
}

function afterValue(open: readonly ('{' | '[')[]): Expected {
  const innermost = open.at(-1);
  if (innermost === undefined) return 'nothing more';
  return innermost === '[' ? '"," or "]"' : '"," or "}"';
}

function cutShort(text: string, expected: string): JsonFault {
  return { offset: text.length, problem: `ends where ${expected} is expected` };
}

function quoted(text: string, at: number): string {
  return JSON.stringify(String.fromCodePoint(text.codePointAt(at) as number));
}
