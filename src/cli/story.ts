import type { SwitchName } from '../observable/switches.ts';

export interface StoryStep {
  readonly atMs: number;
  readonly turn: SwitchName;
}

export const defaultStoryMs = 40_000;

/** What happens to the demo's shop: an outage, and two changes in the middle of it. */
export function storyOf(durationMs: number): StoryStep[] {
  const at = (fraction: number, turn: SwitchName): StoryStep => ({
    atMs: Math.round(fraction * durationMs),
    turn,
  });
  return [at(0.25, 'down'), at(0.45, 'api'), at(0.6, 'version'), at(0.75, 'up')];
}
