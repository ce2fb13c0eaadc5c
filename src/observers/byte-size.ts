import { SettingProblem } from '../config/settings.ts';

const unitBytes = { '': 1, B: 1, KiB: 1024, MiB: 1024 * 1024 } as const;
const pattern = /^(\d+)(B|KiB|MiB|)$/;

/** Reads `65536`, `64KiB` or `1MiB` as bytes. */
export const byteSize = (leastBytes: number, mostBytes: number) => (written: string) => {
  const match = pattern.exec(written);
  const bytes = match ? Number(match[1]) * unitBytes[match[2] as keyof typeof unitBytes] : Number.NaN;
  if (!(bytes >= leastBytes && bytes <= mostBytes)) {
    throw new SettingProblem(
      `must be a size from ${formatByteSize(leastBytes)} to ${formatByteSize(mostBytes)}, such as 64KiB or 1MiB, not "${written}"`,
    );
  }
  return bytes;
};

/** The shortest exact spelling: 65536 is `64KiB`, 1000 is `1000B`. */
export function formatByteSize(bytes: number): string {
  const unit = (['MiB', 'KiB'] as const).find(
    (candidate) => bytes >= unitBytes[candidate] && bytes % unitBytes[candidate] === 0,
  );
  return unit ? `${bytes / unitBytes[unit]}${unit}` : `${bytes}B`;
}
