import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { until } from '../command.ts';

/** With POLAR_SCREENS=write the screens are kept as they are now; they are to be looked at then. */
const isWriting = process.env['POLAR_SCREENS'] === 'write';
const settledAfterMs = 2500;
const withinMs = 90_000;

export interface Shot {
  /** Of the file: `80x24/top`. */
  readonly name: string;
  readonly screen: () => string;
  /** What is seen when there is something to be kept. */
  readonly ready: RegExp;
  /** Where processes write side by side, lines have no order. */
  readonly isUnordered?: boolean;
}

/** Waits until the screen is the one that is kept, but for what differs each time: figures, times, hashes. */
export async function matchScreen({ name, screen, ready, isUnordered = false }: Shot): Promise<void> {
  const file = join(dirname(fileURLToPath(import.meta.url)), `${name}.txt`);
  await until(
    async () => screen(),
    (text) => ready.test(text),
    withinMs,
  );
  if (isWriting) {
    await new Promise((resolve) => setTimeout(resolve, settledAfterMs));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${screen()}\n`);
    return;
  }
  const kept = masked(readFileSync(file, 'utf8').trimEnd(), isUnordered);
  let seen = '';
  const end = performance.now() + withinMs;
  do {
    seen = masked(screen(), isUnordered);
    if (seen === kept) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (performance.now() < end);
  expect(seen, `the screen ${name}; when it is right as it is: POLAR_SCREENS=write`).toBe(kept);
}

const figure = /\d[\d.,:]*[kM]?(?: (?:ms|s|min|h|d|MiB)\b| %)?|–(?= |$)/gm;

export function masked(text: string, isUnordered: boolean): string {
  const lines = text
    .replace(/policy [0-9a-f]{6}\b/g, 'policy #')
    .replace(figure, '#')
    .replace(/ +/g, ' ')
    // Which of the two was slower is a figure, too.
    .replace(/http:(?:shop|till) #$/gm, 'http:# #')
    .split('\n');
  return (isUnordered ? lines.sort() : lines).join('\n');
}
