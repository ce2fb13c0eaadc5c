/** Asks again until the answer is there; undefined means not yet. Nothing here depends on how fast that is. */
export async function until<T>(
  what: string | (() => string),
  ask: () => T | undefined | Promise<T | undefined>,
  withinMs = 90_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) {
      const missing = typeof what === 'string' ? what : what();
      throw new Error(`Waited ${withinMs / 1000} s in vain: ${missing}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
