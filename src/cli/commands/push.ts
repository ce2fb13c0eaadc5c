import { readFile } from 'node:fs/promises';
import { humanDuration } from '../../model/duration.ts';
import { messageOf, PolarError } from '../../model/errors.ts';
import { printable } from '../../model/facts-text.ts';
import type { Call } from '../command.ts';
import { exitCodes } from '../failure.ts';
import { callGateway, type PushAnswer } from '../gateway-call.ts';

const defaultWaitMs = 30_000;

export async function run({ args: [flow = '', body], options, output, project }: Call): Promise<number> {
  const { wait, key, id, correlation, timeout } = options as PushFlags;
  const waitMs = wait === false ? undefined : (timeout ?? defaultWaitMs);
  const loaded = project();
  const path = `/push/${encodeURIComponent(flow)}`;
  const read = await readBody(body);
  const answer = await output.during('waiting for the receipt', () =>
    callGateway(loaded, path, { id, key, correlation, waitMs, body: read }),
  );
  output.show(answer, () => [answerText(answer)]);
  if (answer.state === 'settled') {
    return answer.outcome === 'dead-lettered' ? exitCodes.findings : exitCodes.ok;
  }
  if (waitMs === undefined) return exitCodes.ok;
  output.note(`not settled within ${humanDuration(waitMs)}; it is in the journal and goes on`);
  return exitCodes.unavailable;
}

interface PushFlags {
  readonly wait?: boolean;
  readonly key?: string;
  readonly id?: string;
  readonly correlation?: string;
  readonly timeout?: number;
}

/** `settled completed · seq 7`, or `accepted 3f9c…` */
export function answerText(answer: PushAnswer): string {
  if (answer.state === 'accepted') return `accepted ${answer.id}`;
  const { outcome, reason, records } = answer;
  const why = reason === '' ? outcome : `${outcome}: ${printable(reason)}`;
  const last = records.first + records.count - 1;
  if (records.count === 0) return `settled ${why}`;
  return `settled ${why} · seq ${records.count === 1 ? last : `${records.first}–${last}`}`;
}

/** As written, `@file`, or `-` for the standard input. What is no JSON is the gateway's to refuse: it says where. */
async function readBody(written: string | undefined): Promise<Buffer | string> {
  if (written === undefined) return '{}';
  if (written !== '-' && !written.startsWith('@')) return written;
  try {
    if (written !== '-') return await readFile(written.slice(1));
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (cause) {
    throw new PolarError('io.failed', `The body cannot be read: ${messageOf(cause)}.`, { cause });
  }
}
