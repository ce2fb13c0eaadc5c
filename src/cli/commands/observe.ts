import type { Call } from '../command.ts';

/** With one name, a target of the running node; with two, an observer and what it is to look at. */
export async function run(call: Call): Promise<number> {
  const {
    args: [target = '', what],
    options,
  } = call;
  if (what === undefined) {
    const { observeTarget } = await import('../observe-target.ts');
    return observeTarget(call, target);
  }
  const { observeOnce } = await import('../observe-once.ts');
  return observeOnce(call, { kind: target, what, saveAs: options['save'] as string | undefined });
}
