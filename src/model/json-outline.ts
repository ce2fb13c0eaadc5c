import { isUtf8 } from 'node:buffer';
import { readText } from './short-text.ts';

/**
 * Where some members lie in the text of a JSON value: what is only passed on need not be parsed and written anew. Good until
 * its reader reads the next one.
 */
export interface JsonOutline<Path extends string> {
  /** Without the white space around it. */
  whole(): Buffer;
  /** The text of a member; undefined where there is none. */
  textOf(path: Path | ''): Buffer | undefined;
  /** What a member says; undefined where that is no string. */
  stringOf(path: Path): string | undefined;
}

/**
 * Reads outlines with these members: `policy`, `policy.hash`; what is around one comes before it. An outline says as well
 * that the text is JSON. Undefined says that it is not, or that parsing it might give something else than what lies there:
 * a member that was asked for and comes twice, names with escapes beside it, or more levels than anybody needs.
 */
export function createOutlineReader<Path extends string>(
  paths: readonly Path[],
): (text: Buffer) => JsonOutline<Path> | undefined {
  const root: Member = { name: Buffer.alloc(0), place: 2 * paths.length, within: [] };
  const members = new Map<string, Member>([['', root]]);
  for (const [index, path] of paths.entries()) {
    const dot = path.lastIndexOf('.');
    const member = { name: Buffer.from(path.slice(dot + 1)), place: 2 * index, within: [] };
    const around = members.get(path.slice(0, Math.max(dot, 0)));
    if (!around) throw new Error(`What is around ${path} is to come before it.`);
    around.within.push(member);
    members.set(path, member);
  }
  const places = new Map(Array.from(members, ([path, { place }]) => [path as Path | '', place]));
  const ownSpans = new Int32Array(root.place + 2);
  /** What each member said last: neighbours mostly say the same, and then no text is made. */
  const recent = Array.from(ownSpans, () => '');
  let read: Buffer = Buffer.alloc(0);
  const textOf = (path: Path | '') => {
    const place = places.get(path)!;
    const from = ownSpans[place]!;
    return from === -1 ? undefined : read.subarray(from, ownSpans[place + 1]);
  };
  const outline: JsonOutline<Path> = {
    whole: () => textOf('') ?? read,
    textOf,
    stringOf(path) {
      const place = places.get(path)!;
      const from = ownSpans[place]!;
      if (from === -1 || read[from] !== quote) return undefined;
      const guess = recent[place]!;
      const said = readText(read, from + 1, ownSpans[place + 1]! - from - 2, guess);
      if (said === guess) return said;
      if (said.includes('\\')) return JSON.parse(`"${said}"`) as string;
      recent[place] = said;
      return said;
    },
  };
  return (text) => {
    if (text.length > mostBytes) return undefined;
    bytes.set(text);
    bytes[text.length] = 0;
    spans = ownSpans.fill(-1);
    isAscii = true;
    read = text;
    const at = skipSpace(0);
    const end = readValue(at, root.within, 0);
    if (end === failed || skipSpace(end) !== text.length) return undefined;
    if (!isAscii && !isUtf8(text)) return undefined;
    spans[root.place] = at;
    spans[root.place + 1] = end;
    return outline;
  };
}

interface Member {
  readonly name: Buffer;
  /** In the spans. */
  readonly place: number;
  readonly within: Member[];
}

const failed = -1;
const mostLevels = 64;

/*
 * What is read is copied here first: the engine reads from one array that it knows three times as fast as from whatever
 * buffer comes. Behind it stands a zero, which is no part of any JSON, so that nobody has to look for the end.
 */
const mostBytes = 64 * 1024;
const bytes = new Uint8Array(mostBytes + 1);
/** Of the outline that is being read. */
let spans = new Int32Array();
let isAscii = true;
/** Set by an escape in a string. */
let hasEscape = false;
const nothing: readonly Member[] = [];

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const quote = 0x22;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const lowerCase = 0x20;
const lowerA = 0x61;
const lowerE = 0x65;
const lowerF = 0x66;
const lowerU = 0x75;

const literals = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')];
const lastAscii = 0x7f;
/** What a string is mostly made of: ASCII that means nothing there. */
const isPlain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= space && byte <= lastAscii && byte !== quote && byte !== backslash ? 1 : 0,
);
const escapes: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));

// Each returns the place behind what it has read, or `failed`.

function readValue(at: number, wanted: readonly Member[], level: number): number {
  const first = bytes[at]!;
  if (first === quote) return skipString(at);
  if (first === openBrace) return level < mostLevels ? readObject(at, wanted, level + 1) : failed;
  if (first === openBracket) return level < mostLevels ? skipArray(at, level + 1) : failed;
  if (first === minus || isDigit(first)) return skipNumber(at);
  return skipLiteral(at);
}

function readObject(start: number, wanted: readonly Member[], level: number): number {
  let at = skipSpace(start + 1);
  if (bytes[at] === closeBrace) return at + 1;
  for (;;) {
    if (bytes[at] !== quote) return failed;
    const nameAt = at + 1;
    hasEscape = false;
    at = skipString(at);
    if (at === failed) return failed;
    let member: Member | undefined;
    if (wanted.length > 0) {
      if (hasEscape) return failed;
      member = memberAt(nameAt, at - 1, wanted);
    }
    at = skipSpace(at);
    if (bytes[at] !== colon) return failed;
    const valueAt = skipSpace(at + 1);
    at = readValue(valueAt, member ? member.within : nothing, level);
    if (at === failed) return failed;
    if (member) {
      if (spans[member.place] !== -1) return failed;
      spans[member.place] = valueAt;
      spans[member.place + 1] = at;
    }
    at = skipSpace(at);
    if (bytes[at] === closeBrace) return at + 1;
    if (bytes[at] !== comma) return failed;
    at = skipSpace(at + 1);
  }
}

function skipArray(start: number, level: number): number {
  let at = skipSpace(start + 1);
  if (bytes[at] === closeBracket) return at + 1;
  for (;;) {
    at = readValue(at, nothing, level);
    if (at === failed) return failed;
    at = skipSpace(at);
    if (bytes[at] === closeBracket) return at + 1;
    if (bytes[at] !== comma) return failed;
    at = skipSpace(at + 1);
  }
}

function skipString(start: number): number {
  for (let at = start + 1; ; at++) {
    const byte = bytes[at]!;
    if (isPlain[byte] === 1) continue;
    if (byte === quote) return at + 1;
    if (byte > lastAscii) {
      isAscii = false;
      continue;
    }
    if (byte !== backslash) return failed;
    hasEscape = true;
    at++;
    if (bytes[at] === lowerU) {
      for (let digit = at + 1; digit <= at + 4; digit++) if (!isHex(bytes[digit]!)) return failed;
      at += 4;
    } else if (!escapes.has(bytes[at]!)) return failed;
  }
}

function skipNumber(start: number): number {
  let at = bytes[start] === minus ? start + 1 : start;
  if (!isDigit(bytes[at]!)) return failed;
  at = bytes[at] === zero ? at + 1 : skipDigits(at);
  if (bytes[at] === dot) {
    if (!isDigit(bytes[at + 1]!)) return failed;
    at = skipDigits(at + 1);
  }
  if ((bytes[at]! | lowerCase) !== lowerE) return at;
  at += bytes[at + 1] === plus || bytes[at + 1] === minus ? 2 : 1;
  return isDigit(bytes[at]!) ? skipDigits(at) : failed;
}

function skipLiteral(at: number): number {
  for (const literal of literals) if (isAt(at, literal)) return at + literal.length;
  return failed;
}

function skipDigits(start: number): number {
  let at = start;
  while (isDigit(bytes[at]!)) at++;
  return at;
}

function skipSpace(start: number): number {
  for (let at = start; ; at++) {
    const byte = bytes[at]!;
    if (byte > space) return at;
    if (byte !== space && byte !== lineFeed && byte !== carriageReturn && byte !== tab) return at;
  }
}

function memberAt(from: number, to: number, members: readonly Member[]): Member | undefined {
  for (const member of members) {
    if (member.name.length === to - from && isAt(from, member.name)) return member;
  }
  return undefined;
}

function isAt(at: number, text: Buffer): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text[index]) return false;
  return true;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHex(byte: number): boolean {
  const letter = byte | lowerCase;
  return isDigit(byte) || (letter >= lowerA && letter <= lowerF);
}
