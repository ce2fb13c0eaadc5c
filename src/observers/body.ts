import { pipeline, type Readable } from 'node:stream';
import {
  type BrotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  type Gunzip,
  type Inflate,
} from 'node:zlib';

/**
 * The whole body, decoded; undefined when it is longer than `maxBytes`. Reading stops there, so memory is bounded
 * by `maxBytes` and the buffers of two streams, whatever the target sends and however well it compresses.
 */
export async function readBody(
  stream: Readable,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const decoder = createDecoder(encoding);
  // Whatever breaks either stream is thrown by the loop that reads the second.
  const source = decoder ? pipeline(stream, decoder, () => {}) : stream;
  // One buffer that grows, not a list: a million chunks of one byte would weigh a hundred times their bytes.
  let bytes: Buffer = Buffer.allocUnsafe(Math.min(maxBytes, 16 * 1024));
  let sizeBytes = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const endBytes = sizeBytes + chunk.length;
      if (endBytes > maxBytes) return undefined;
      if (endBytes > bytes.length)
        bytes = grown(bytes, Math.min(maxBytes, Math.max(endBytes, 2 * sizeBytes)));
      bytes.set(chunk, sizeBytes);
      sizeBytes = endBytes;
    }
  } catch (error) {
    // An answer without a body may still name an encoding (to HEAD, or 304): no bytes are then no broken ones.
    const empty = (error as { code?: unknown }).code === 'Z_BUF_ERROR' && decoder?.bytesWritten === 0;
    if (!empty) throw error;
  }
  return bytes.subarray(0, sizeBytes);
}

function grown(bytes: Buffer, lengthBytes: number): Buffer {
  const larger = Buffer.allocUnsafe(lengthBytes);
  larger.set(bytes);
  return larger;
}

/** We ask for no encoding at all; some servers use one anyway. One we do not know is left as it is. */
function createDecoder(encoding = ''): Gunzip | Inflate | BrotliDecompress | undefined {
  switch (encoding.toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
