import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Project } from '../../config/project.ts';
import { messageOf, PolarError } from '../../model/errors.ts';
import { callGateway, type PushAnswer, requireNode } from '../gateway-call.ts';
import { withJournal } from '../journal-access.ts';
import type { Output } from '../output.ts';
import { untilAborted } from '../signals.ts';
import { type Recorded, type RecordingHead, readHead, readRecorded } from './recording.ts';
import { createReplayTally, isPassing, pauseMs, type ReplayCounts, replayId, replayText } from './replay.ts';

export interface Replaying {
  readonly project: Project;
  readonly output: Output;
  readonly flow: string;
  readonly file: string;
  /** Of all of them; each keeps its own when undefined. */
  readonly key: string | undefined;
  readonly isNewIds: boolean;
  /** How long to wait for each to be settled; undefined not to wait. */
  readonly waitMs: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Pushes what was recorded, in its order for each key, and waits while the node takes nothing. Nothing is pushed of a
 * recording that has a line that cannot be read. @throws recording.malformed, io.failed, and what a push is refused with
 */
export async function replayRecording(replaying: Replaying): Promise<{ counts: ReplayCounts; of: number }> {
  const { project, output, flow, file, signal } = replaying;
  let of = 0;
  for await (const _ of recordedIn(file)) of++;
  requireNode(project);
  return withJournal(project, async (reader) => {
    const tally = createReplayTally();
    const lines = createLanes();
    const failed = new AbortController();
    const over = AbortSignal.any([signal, failed.signal]);
    let failure: unknown;
    let isTold = false;
    const waiting = (error: unknown) => {
      if (!isTold) output.note(`waiting: ${messageOf(error)}`);
      isTold = true;
    };
    await output.during('replaying', async (tell) => {
      for await (const { head, recorded } of recordedIn(file)) {
        if (over.aborted) break;
        const id = replaying.isNewIds ? randomUUID() : replayId(flow, head, recorded);
        const key = replaying.key ?? recorded.key;
        await lines.run(key, async () => {
          if (over.aborted) return;
          const isKnown = reader.outcomeOf(id) !== undefined;
          try {
            const answer = await pushUntilTaken({ ...replaying, signal: over }, id, key, recorded, waiting);
            if (answer) tally.add(answer, replaying.waitMs !== undefined, isKnown);
            tell(`replaying: ${replayText(tally.counts(), of)}`);
          } catch (error) {
            failure ??= error;
            failed.abort();
          }
        });
      }
      await lines.end();
    });
    if (failure !== undefined) {
      output.note(replayText(tally.counts(), of));
      throw failure;
    }
    return { counts: tally.counts(), of };
  });
}

async function* recordedIn(file: string): AsyncGenerator<{ head: RecordingHead; recorded: Recorded }> {
  let head: RecordingHead | undefined;
  let line = 0;
  try {
    const text = createReadStream(file);
    for await (const written of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (!head) head = readHead(written, file);
      else yield { head, recorded: readRecorded(written, { file, line, column: 1 }) };
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new PolarError('io.failed', `${file} cannot be read: ${messageOf(cause)}.`, { cause });
  }
  if (!head) readHead('', file);
}

/** Undefined when the signal aborted before it was taken. */
async function pushUntilTaken(
  { project, flow, key: ownKey, waitMs, signal }: Replaying,
  id: string,
  key: string,
  { subject, body }: Recorded,
  waiting: (error: unknown) => void,
): Promise<PushAnswer | undefined> {
  for (let refusals = 0; !signal.aborted; refusals++) {
    try {
      const about = ownKey === undefined && subject !== key ? { subject } : {};
      return await callGateway(project, `/push/${encodeURIComponent(flow)}`, {
        id,
        key,
        ...about,
        waitMs,
        body,
      });
    } catch (error) {
      if (!isPassing(error)) throw error;
      waiting(error);
      await untilAborted(signal, pauseMs(refusals));
    }
  }
  return undefined;
}

/** Pushes of one key go one after the other, so that they stay in order; of different keys some at once. */
function createLanes() {
  const lanes = new Map<string, Promise<void>>();
  const open = new Set<Promise<void>>();
  return {
    /** Resolves when there is room for the next one. */
    async run(key: string, push: () => Promise<void>): Promise<void> {
      const done: Promise<void> = (lanes.get(key) ?? Promise.resolve()).then(push).finally(() => {
        open.delete(done);
        if (lanes.get(key) === done) lanes.delete(key);
      });
      lanes.set(key, done);
      open.add(done);
      if (open.size >= mostOpen) await Promise.race(open);
    },
    async end(): Promise<void> {
      await Promise.all(open);
    },
  };
}

const mostOpen = 32;
