import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * The whole body, decoded; undefined when it is longer than `maxBytes`. Reading stops there, so memory is bounded
 * by `maxBytes` and the buffers of two streams, whatever the target sends and however well it compresses.
 */
export async function readBody(
  stream: Readable,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of decoded(stream, encoding) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes);
}

/** We ask for no encoding at all; some servers use one anyway. One we do not know is left as it is. */
function decoded(stream: Readable, encoding = ''): Readable {
  const createDecoder = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
  if (!createDecoder) return stream;
  // Whatever breaks either stream is thrown by the loop that reads the decoder.
  return pipeline(stream, createDecoder(), () => {});
}
