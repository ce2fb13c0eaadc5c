import type { CloudEvent } from '../model/cloud-event.ts';
import type { PolicyFile } from '../model/policy.ts';
import { type TargetEvent, targetEventOf } from './journal-events.ts';

/** How things were at some place in the journal, as far as the events up to there tell. */
export interface PastStates {
  /** Revision of the set that was in force; null when its event is not in the journal. */
  readonly policyRevision: string | null;
  /** By name. */
  readonly targets: readonly PastState[];
}

export interface PastState {
  readonly name: string;
  /** The last event about it; undefined when there is none in the journal. */
  readonly last: TargetEvent | undefined;
  /** When its verdict became what it was, ms since the epoch; undefined when that is not in the journal. */
  readonly since: number | undefined;
}

/**
 * Goes back through the events, newest first, and only as far as needed: to the set that was in force, and for each of
 * its targets to the last event and the one that made its verdict. `namesIn` reads the names of a set's targets.
 */
export function pastStates(
  newestFirst: Iterable<CloudEvent>,
  namesIn: (files: readonly PolicyFile[]) => readonly string[] | undefined,
): PastStates {
  const found = new Map<string, Found>();
  let policyRevision: string | null = null;
  let open: Set<string> | undefined;
  let names: readonly string[] | undefined;
  for (const event of newestFirst) {
    const about = targetEventOf(event);
    if (about) {
      if (noteEvent(found, about)) open?.delete(about.data.target);
    } else if (event.type === 'polar.policy.applied' && policyRevision === null) {
      const { revision, files } = event.data as { revision: string; files: readonly PolicyFile[] };
      policyRevision = revision;
      names = namesIn(files);
      open = names && new Set(names.filter((name) => found.get(name)?.since === undefined));
    }
    if (open?.size === 0) break;
  }
  // Without the set, whatever was ever observed is shown.
  const shown = names ?? [...found.keys()];
  return {
    policyRevision,
    targets: [...shown]
      .sort()
      .map((name) => ({ name, last: found.get(name)?.last, since: found.get(name)?.since })),
  };
}

interface Found {
  readonly last: TargetEvent;
  readonly since: number | undefined;
}

/** Whether nothing more is to be found out about the target. */
function noteEvent(found: Map<string, Found>, about: TargetEvent): boolean {
  const known = found.get(about.data.target);
  if (known?.since !== undefined) return true;
  // What is only changed has the verdict that it had before.
  const since = about.type === 'polar.observation.changed' ? undefined : about.time;
  found.set(about.data.target, { last: known?.last ?? about, since });
  return since !== undefined;
}
