/**
 * What a consumer remembers of what it was given. An event may come more than once, always with the same id, and one
 * that was set aside and delivered later comes after its successors; both are told apart here.
 *
 * `complete` says that every event is expected, not a selection: only then is a number that is missing one that is lost.
 * At most `remembered` ids and gaps are kept.
 */
export function createLedger({ complete = false, remembered = 100_000 } = {}) {
  const seen = new Set();
  /** By journal: what came last, and the numbers before it that have not come. */
  const journals = new Map();
  /** By routing key: the last number. */
  const keys = new Map();
  const counts = { received: 0, events: 0, duplicates: 0, late: 0 };

  return {
    /**
     * @param {{ id: string, sequence: string, partitionkey: string }} event
     * @returns {'new' | 'late' | 'duplicate'} `late`: new, but an event of the same key with a higher number was here before
     */
    take({ id, sequence, partitionkey }) {
      counts.received += 1;
      if (seen.has(id)) {
        counts.duplicates += 1;
        return 'duplicate';
      }
      counts.events += 1;
      seen.add(id);
      forgetOldest(seen, remembered);
      // The id is <journal>-<sequence>: a node that begins a new journal begins to count anew.
      const journal = id.slice(0, id.lastIndexOf('-'));
      const number = Number(sequence);
      if (complete) note(journal, number);
      const key = `${journal} ${partitionkey}`;
      const last = keys.get(key) ?? -1;
      keys.set(key, Math.max(last, number));
      if (number > last) return 'new';
      counts.late += 1;
      return 'late';
    },
    counts,
    /** The counts, and the numbers between the first and the last event of a journal that have not come. */
    summary() {
      const missing = [...journals].flatMap(([journal, { gaps }]) =>
        [...gaps].map((number) => `${journal}-${number}`),
      );
      return { ...counts, missing };
    },
  };

  function note(journal, number) {
    const known = journals.get(journal);
    if (!known) {
      journals.set(journal, { last: number, gaps: new Set() });
      return;
    }
    known.gaps.delete(number);
    for (let before = Math.max(known.last + 1, number - remembered); before < number; before += 1) {
      known.gaps.add(before);
    }
    forgetOldest(known.gaps, remembered);
    known.last = Math.max(known.last, number);
  }
}

function forgetOldest(set, most) {
  for (const oldest of set) {
    if (set.size <= most) return;
    set.delete(oldest);
  }
}
