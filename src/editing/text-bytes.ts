import { PolarError } from '../model/errors.ts';

/**
 * How a file's bytes are text. A file that is not UTF-8 is read byte by byte, so that whatever its comments are written in
 * comes back as it was: everything that an edit writes is ASCII.
 */
export type Encoding = 'utf-8' | 'bytes';

const byteOrderMark = '\uFEFF';
const utf8Mark = Buffer.from(byteOrderMark);

/** Inverse of `encodeText`, byte for byte. `problem` completes "<file> …". */
export function decodeText(
  bytes: Buffer,
): { readonly text: string; readonly encoding: Encoding } | { readonly problem: string } {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return { problem: 'is UTF-16, which is not read either' };
  }
  if (bytes.includes(0)) return { problem: 'holds zero bytes, so it is no text' };
  try {
    return {
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
      encoding: 'utf-8',
    };
  } catch {
    const isMarked = bytes.subarray(0, utf8Mark.length).equals(utf8Mark);
    const rest = bytes.subarray(isMarked ? utf8Mark.length : 0).toString('latin1');
    return { text: (isMarked ? byteOrderMark : '') + rest, encoding: 'bytes' };
  }
}

/** @throws usage.invalid for a character that a file of bytes cannot hold */
export function encodeText(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  const isMarked = text.startsWith(byteOrderMark);
  const rest = isMarked ? text.slice(1) : text;
  if (/[^\0-\xFF]/.test(rest)) {
    throw new PolarError('usage.invalid', 'The file is not UTF-8, so nothing but ASCII can be added to it.', {
      hint: 'Save it as UTF-8 first.',
    });
  }
  return Buffer.concat([isMarked ? utf8Mark : Buffer.alloc(0), Buffer.from(rest, 'latin1')]);
}
