import { readFile } from 'node:fs/promises';
import { humanDuration } from '../../model/duration.ts';
import { messageOf, PolarError } from '../../model/errors.ts';
import { printable } from '../../model/facts-text.ts';
import type { Call } from '../command.ts';
import { exitCodes } from '../failure.ts';
import { callGateway, type PushAnswer } from '../gateway-call.ts';
import { openSignals } from '../signals.ts';

const defaultWaitMs = 30_000;

export async function run(call: Call): Promise<number> {
  const flags = call.options as PushFlags;
  checkFlags(flags, call.args[1]);
  return flags.replay === undefined ? pushOne(call, flags) : replay(call, flags, flags.replay);
}

async function pushOne(
  { args: [flow = '', body], output, project }: Call,
  flags: PushFlags,
): Promise<number> {
  const { wait, key, id, correlation, timeout } = flags;
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

/** Loaded when it is asked for: a push is to be quick. */
async function replay(call: Call, flags: PushFlags, file: string): Promise<number> {
  const { args, output, project } = call;
  const { wait, key, newIds, timeout } = flags;
  const { replayRecording } = await import('../tap/replaying.ts');
  const { replayText } = await import('../tap/replay.ts');
  const signals = openSignals();
  const { counts, of } = await replayRecording({
    project: project(),
    output,
    flow: args[0] ?? '',
    file,
    key,
    isNewIds: newIds === true,
    waitMs: wait === false ? undefined : (timeout ?? defaultWaitMs),
    signal: signals.signal,
  });
  signals.close();
  output.show({ file, ...counts, of }, () => [replayText(counts, of)]);
  if (signals.exitCode() !== 0) return signals.exitCode();
  if (counts.deadLettered > 0) return exitCodes.findings;
  return counts.unsettled > 0 ? exitCodes.unavailable : exitCodes.ok;
}

/** @throws usage.invalid for what makes no sense together */
function checkFlags({ replay: file, newIds, id, correlation }: PushFlags, body: string | undefined): void {
  if (file === undefined && newIds)
    throw wrong('--new-ids is for --replay.', 'Add --replay <file>, or leave it out.');
  if (file === undefined) return;
  if (body !== undefined) throw wrong('A recording has its own bodies.', 'Leave the body or --replay out.');
  if (id !== undefined || correlation !== undefined) {
    throw wrong('--id and --correlation are for one message.', 'Leave them or --replay out.');
  }
}

function wrong(message: string, hint: string): PolarError {
  return new PolarError('usage.invalid', message, { hint });
}

interface PushFlags {
  readonly wait?: boolean;
  readonly key?: string;
  readonly id?: string;
  readonly correlation?: string;
  readonly timeout?: number;
  readonly replay?: string;
  readonly newIds?: boolean;
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
