import type { SubjectState } from './subject-state.ts';

/** Who lives, as the supervisor says. */
export interface Crew {
  readonly workers: readonly {
    readonly name: string;
    readonly incarnation: string;
    readonly isLeaving?: true;
  }[];
  /** Names of the workers that there are to be. */
  readonly roster: readonly string[];
}

export function followCrew(state: SubjectState, { workers, roster }: Crew): void {
  state.leaving = new Set(workers.filter(({ isLeaving }) => isLeaving).map(({ incarnation }) => incarnation));
  state.roster = new Set(roster);
  // One that was taken away while nobody knew whether it still works will never say hello.
  const living = new Set(workers.map(({ name }) => name));
  for (const name of state.awaited)
    if (!living.has(name) && !state.roster.has(name)) state.awaited.delete(name);
}

/** Those among the ones that leave that have nothing in hand, and whose results are all in the journal. */
export function idleLeavers(state: SubjectState, workers: Crew['workers']): string[] {
  if (state.leaving.size === 0) return [];
  const busy = new Set<string>();
  for (const { run } of state.lanes.values()) if (run) busy.add(run.worker);
  return workers
    .filter(({ name, incarnation }) => {
      return state.leaving.has(incarnation) && !busy.has(name) && !state.awaited.has(name);
    })
    .map(({ incarnation }) => incarnation);
}
