import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { PolarError } from '../model/errors.ts';
import { faultOfJson, placeIn } from '../model/json-fault.ts';

/**
 * The whole body; undefined when the client went away. Never holds more than the limit: the rest of a longer one is
 * read and thrown away, so that the client gets to the answer.
 * @throws body.too-large, as soon as that is known
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] | undefined = [];
    let sizeBytes = 0;
    const refuse = () => {
      chunks = undefined;
      reject(tooLarge(limitBytes));
    };
    if (Number(request.headers['content-length']) > limitBytes) refuse();
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) refuse();
      chunks?.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks ?? [])));
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
  });
}

/** The body as JSON text; an empty one is `null`. @throws body.not-data, saying where it stops being JSON */
export function jsonOf(body: Buffer): Buffer {
  if (body.length === 0) return Buffer.from('null');
  if (!isUtf8(body)) throw notData('is not UTF-8 text');
  const text = body.toString();
  const fault = faultOfJson(text);
  if (fault) throw notData(`is not JSON data: ${placeIn(text, fault.offset)}: it ${fault.problem}`);
  return body;
}

function tooLarge(limitBytes: number): PolarError {
  return new PolarError('body.too-large', `The body is larger than ${limitBytes} bytes.`, {
    hint: 'Push a reference to it, or raise max_body in polar.ini.',
  });
}

function notData(what: string): PolarError {
  return new PolarError('body.not-data', `The body ${what}.`, { hint: 'Send JSON.' });
}
