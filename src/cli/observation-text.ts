import { humanDuration } from '../model/duration.ts';
import { cut, isMember, printable, scalarText } from '../model/facts-text.ts';
import type { Facts } from '../model/observation.ts';

/** `status 200 · version 1.4.0` */
export function factsLine(facts: Facts): string {
  const named = Object.keys(facts).map((name) => {
    // The value of `GET /orders` is a hash, which tells people nothing.
    return isMember(name) ? printable(name) : `${printable(name)} ${scalarText(facts[name])}`;
  });
  return cut(named, 12).join(' · ') || 'none';
}

const units: readonly (readonly [suffix: string, unit: string])[] = [
  ['_ms', 'ms'],
  ['_bytes', 'bytes'],
  ['_days', 'days'],
];

/** A latency is read to the millisecond, an age is not. */
const longMs = 60_000;

/** `latency 3 ms`: the unit is in the name of the measure. */
export function measuresLine(measures: Facts): string {
  return Object.entries(measures)
    .map(([name, value]) => {
      if (name.endsWith('_ms') && typeof value === 'number' && value >= longMs) {
        return `${printable(name.slice(0, -'_ms'.length))} ${humanDuration(value)}`;
      }
      const [suffix, unit] = units.find(([ending]) => name.endsWith(ending)) ?? ['', ''];
      const bare = name.slice(0, name.length - suffix.length);
      return `${printable(bare)} ${scalarText(typeof value === 'number' ? rounded(value) : value)} ${unit}`.trimEnd();
    })
    .join(' · ');
}

function rounded(value: number): number {
  return Math.abs(value) < 10 ? Number(value.toFixed(1)) : Math.round(value);
}
