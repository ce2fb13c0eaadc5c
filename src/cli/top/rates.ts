/** What a process has counted by a moment of its life. */
export interface Reading {
  readonly incarnation: number;
  /** Of its life; a life's counts begin at nothing. */
  readonly uptimeMs: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** Counts of processes as rates over the last few seconds. */
export interface Rates {
  add(process: string, reading: Reading): void;
  /** Per second; null before there are two readings of its present life that have the count. */
  of(process: string, count: string): number | null;
}

// One second alone would jump between 0 and 1 where little happens.
const overMs = 5000;

export function createRates(): Rates {
  const histories = new Map<string, readonly Reading[]>();
  return {
    add(process, reading) {
      const history = histories.get(process) ?? [];
      const last = history.at(-1);
      if (last && last.incarnation === reading.incarnation) {
        // A process says how it is once a second; whoever asks more often hears the same again.
        if (last.uptimeMs === reading.uptimeMs) return;
        const since = history.findLastIndex(({ uptimeMs }) => reading.uptimeMs - uptimeMs >= overMs);
        histories.set(process, [...history.slice(Math.max(0, since)), reading]);
      } else histories.set(process, [reading]);
    },
    of(process, count) {
      const history = histories.get(process) ?? [];
      const [first, last] = [history[0], history.at(-1)];
      const [before, after] = [first?.counts[count], last?.counts[count]];
      if (!first || !last || first === last || before === undefined || after === undefined) return null;
      return ((after - before) * 1000) / (last.uptimeMs - first.uptimeMs);
    },
  };
}
