import { setTimeout as after } from 'node:timers/promises';
import { hasCode, messageOf } from '../model/errors.ts';
import { type LoadedPolicies, loadPolicies } from '../policies/load.ts';
import { stampOf } from '../policies/policy-hash.ts';
import { openFolderHint } from './folder-hint.ts';
import { type Decision, noReadings, takeReading } from './settled-reading.ts';

/** What the policy folder says; `files` and `findings` are the body of an ApplyPolicies task. */
export interface PolicyReading extends LoadedPolicies {
  /** Of the files, as in every event that they lead to. */
  readonly hash: string;
}

export interface PolicyWatchOptions {
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** The folder cannot be read (`io.failed`): called once, and again only for another reason or after it could be. */
  readonly onProblem: (error: unknown) => void;
  /** How long a change without a hint can stay unseen. */
  readonly pollMs?: number;
  /** Between two readings that must agree. */
  readonly settleMs?: number;
}

/**
 * Yields what is there at first, and then each time that it has changed: by content, so that writing a file again
 * changes nothing. A folder that vanishes is a reading too, with a finding that says so. Whoever takes long for one
 * gets the newest next, not all in between.
 */
export async function* watchPolicies(
  folder: string,
  { signal, onProblem, pollMs = 1000, settleMs = 50 }: PolicyWatchOptions,
): AsyncGenerator<PolicyReading> {
  const read = createReader(folder, onProblem);
  const hint = openFolderHint(folder);
  let readings = noReadings;
  try {
    while (!signal.aborted) {
      hint.arm();
      let decision: Decision = 'nothing-new';
      const reading = await read();
      if (reading) {
        const fingerprint = reading.hash + JSON.stringify(reading.findings);
        ({ readings, decision } = takeReading(readings, fingerprint));
        if (decision === 'hand-over') yield reading;
      }
      if (decision !== 'confirm') await hint.next(pollMs, signal);
      // Hints come in bursts, and the first of them before the writer is through.
      await after(settleMs, undefined, { signal }).catch(() => {});
    }
  } finally {
    hint.close();
  }
}

/** Undefined when the folder cannot be read; a repeating reason is told once. */
function createReader(
  folder: string,
  onProblem: PolicyWatchOptions['onProblem'],
): () => Promise<PolicyReading | undefined> {
  let told: string | undefined;
  return async () => {
    try {
      const loaded = await loadPolicies(folder);
      told = undefined;
      return { ...loaded, hash: stampOf(loaded.files).hash };
    } catch (error) {
      if (!hasCode(error, 'io.failed')) throw error;
      if (told !== messageOf(error)) onProblem(error);
      told = messageOf(error);
      return undefined;
    }
  };
}
