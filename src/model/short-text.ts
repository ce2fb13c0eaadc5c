/*
 * Texts of envelopes are short and mostly ASCII: letter by letter they are written, measured and compared faster than by
 * a call into Node.js. Longer ones, and others, go that way.
 */

/** In letters. */
const short = 80;

/** As UTF-8; how many bytes that took. */
export function writeText(bytes: Buffer, text: string, at: number): number {
  if (text.length > short) return bytes.write(text, at, 'utf8');
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return bytes.write(text, at, 'utf8');
    bytes[at + index] = code;
  }
  return text.length;
}

/** As UTF-8. */
export function textBytes(text: string): number {
  if (text.length > short) return Buffer.byteLength(text);
  for (let index = 0; index < text.length; index++)
    if (text.charCodeAt(index) > 0x7f) return Buffer.byteLength(text);
  return text.length;
}

/** `guess` itself where the bytes say the same: no text is made then. */
export function readText(bytes: Buffer, at: number, length: number, guess: string): string {
  if (guess.length === length && length <= short) {
    let index = 0;
    for (; index < length; index++) {
      const code = guess.charCodeAt(index);
      if (code > 0x7f || code !== bytes[at + index]) break;
    }
    if (index === length) return guess;
  }
  return bytes.toString('utf8', at, at + length);
}
