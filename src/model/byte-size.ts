const unitBytes = { '': 1, B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;
const pattern = /^(\d+)(B|KiB|MiB|GiB|)$/;

/** Bytes of `65536`, `64KiB`, `1MiB` or `2GiB`; undefined for anything else. */
export function parseByteSize(text: string): number | undefined {
  const match = pattern.exec(text);
  return match ? Number(match[1]) * unitBytes[match[2] as keyof typeof unitBytes] : undefined;
}

/** The shortest exact spelling: 65536 is `64KiB`, 1000 is `1000B`. */
export function formatByteSize(bytes: number): string {
  const unit = (['GiB', 'MiB', 'KiB'] as const).find(
    (candidate) => bytes >= unitBytes[candidate] && bytes % unitBytes[candidate] === 0,
  );
  return unit ? `${bytes / unitBytes[unit]}${unit}` : `${bytes}B`;
}
