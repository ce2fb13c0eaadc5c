import { parseByteSize } from '../model/byte-size.ts';
import { parseDuration } from '../model/duration.ts';

const dayMs = 86_400_000;

/** What a fact counts, by the end of its name, and how a text with a unit becomes a number of those. */
const units: readonly {
  readonly ending: RegExp;
  readonly read: (text: string) => number | undefined;
  readonly example: string;
}[] = [
  { ending: /_ms$/, read: parseDuration, example: '500ms or 2s' },
  { ending: /_bytes$/, read: parseByteSize, example: '64KiB or 1MiB' },
  {
    ending: /(?:^|_)days(?:_left)?$/,
    read: (text) => {
      const durationMs = parseDuration(text);
      return durationMs === undefined ? undefined : durationMs / dayMs;
    },
    example: '21d or 36h',
  },
];

/** `500ms` of `latency_ms` is 500; undefined when the fact has no unit or the text is none of it. */
export function readQuantity(fact: string, text: string): number | undefined {
  return units.find(({ ending }) => ending.test(fact))?.read(text);
}

/** How to write a value of the fact with its unit: `500ms or 2s`; undefined when it has none. */
export function quantityExample(fact: string): string | undefined {
  return units.find(({ ending }) => ending.test(fact))?.example;
}
