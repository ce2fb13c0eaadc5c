import type { Charge, KeyCharge } from '../model/charge.ts';
import type { Commit } from '../model/commit.ts';
import { type KeyRow, type Result, runsPerRow } from '../model/run.ts';
import { createCharges } from './charges.ts';

/*
 * The integration manager's decision as a pure function: results in, one transaction out (protocol.md, R3).
 * A result is written whole or not at all; the first one wins. Results of one transaction see one another.
 */

/** What is read of the journal: the state before this transaction. */
export interface SettleView {
  keyRow(key: string): KeyRow | undefined;
  /** Of tasks of the key that are not settled. */
  chargesOf(key: string): readonly Charge[];
  /** 0 when there is no row. */
  stateVersion(actor: string, key: string): number;
  isPending(order: number): boolean;
  isParked(correlationId: string): boolean;
  isDead(order: number): boolean;
  /** True for an id that is pending, or was settled within the time that ids are kept. */
  knowsId(id: string): boolean;
}

export function settle(
  view: SettleView,
  results: readonly Result[],
  nextSequence: number,
  charged: readonly KeyCharge[] = [],
): Commit {
  const commit: Commit = {
    segments: [],
    evidence: [],
    keyRows: new Map(),
    charges: new Map(),
    states: new Map(),
    children: [],
    settledRows: [],
    deadLetters: [],
    letterOrders: [],
    parks: [],
    unparks: [],
    receipts: [],
    settledTasks: 0,
    records: 0,
  };
  const gone = new Set<number>();
  const newIds = new Set<string>();
  const parked = createParked(view);
  const charges = createCharges(view, commit);
  for (const { key, charge } of charged) charges.add(key, charge);
  for (const result of results) {
    const row = commit.keyRows.get(result.key) ?? view.keyRow(result.key);
    const wins =
      isFirst(result, row, view, gone) &&
      isCurrent(result, view, commit) &&
      parked.allows(result) &&
      areDead(result, view, commit);
    if (wins) {
      commit.deadLetters.push(...charges.settle(result));
      write(result, view, commit, nextSequence, gone, newIds);
      parked.note(result);
    }
    const marks = wins ? raised(row?.marks, result) : (row?.marks ?? {});
    // The run is named even when it is refused: whoever missed the bell learns from this row that it is over.
    const runs = [result.run, ...(row?.runs ?? [])].slice(0, runsPerRow);
    commit.keyRows.set(result.key, { runs, marks });
    commit.receipts.push({
      run: result.run,
      key: result.key,
      marks: Object.entries(marks),
      rows: wins ? result.rows.map(({ order }) => order) : [],
      refused: !wins,
    });
  }
  return commit;
}

export function stateId(actor: string, key: string): string {
  return `${actor}\0${key}`;
}

/** None of its tasks is settled already. */
function isFirst(
  result: Result,
  row: KeyRow | undefined,
  view: SettleView,
  gone: ReadonlySet<number>,
): boolean {
  for (const { source, first } of result.marks) {
    const mark = row?.marks[source];
    if (mark !== undefined && first <= mark) return false;
  }
  return result.rows.every(({ order }) => !gone.has(order) && view.isPending(order));
}

/** Every state was computed from the version that is there now. */
function isCurrent(result: Result, view: SettleView, commit: Commit): boolean {
  return result.states.every(({ actor, key, base }) => {
    const now = commit.states.get(stateId(actor, key))?.version ?? view.stateVersion(actor, key);
    return base === now;
  });
}

/** Of several orders about one letter one wins. */
function areDead({ letterOrders = [] }: Result, view: SettleView, commit: Commit): boolean {
  return letterOrders.every(
    ({ order }) => view.isDead(order) && !commit.letterOrders.some((one) => one.order === order),
  );
}

function write(
  result: Result,
  view: SettleView,
  commit: Commit,
  nextSequence: number,
  gone: Set<number>,
  newIds: Set<string>,
): void {
  const first = nextSequence + commit.records;
  for (const segment of result.segments) {
    commit.segments.push(segment);
    commit.records += segment.count;
  }
  const records = { first, count: nextSequence + commit.records - first };
  if (records.count > 0 && result.evidence.length > 0) {
    commit.evidence.push({ ...records, bytes: result.evidence });
  }
  for (const row of result.rows) {
    gone.add(row.order);
    commit.settledRows.push({ row, records });
  }
  for (const state of result.states) {
    commit.states.set(stateId(state.actor, state.key), { write: state, version: state.base + 1 });
  }
  for (const child of result.children) {
    // A push that is repeated with its id is one push.
    if (newIds.has(child.id) || view.knowsId(child.id)) continue;
    newIds.add(child.id);
    commit.children.push(child);
  }
  if (result.letterOrders) commit.letterOrders.push(...result.letterOrders);
  commit.parks.push(...result.parks);
  commit.unparks.push(...result.unparks);
  commit.settledTasks += result.rows.length;
  for (const { count } of result.marks) commit.settledTasks += count;
}

function raised(marks: KeyRow['marks'] | undefined, result: Result): Record<string, number> {
  const next: Record<string, number> = { ...marks };
  for (const { source, last } of result.marks) next[source] = last;
  return next;
}

/** Who waits for an answer, as of the results before this one: a waiting ends once, and no two share an id. */
function createParked(view: SettleView) {
  const changed = new Map<string, boolean>();
  const waits = (id: string) => changed.get(id) ?? view.isParked(id);
  return {
    allows: ({ parks, unparks }: Result): boolean =>
      unparks.every(({ correlationId }) => waits(correlationId)) &&
      parks.every(({ correlationId }) => !waits(correlationId)),
    note({ parks, unparks }: Result): void {
      for (const { correlationId } of unparks) changed.set(correlationId, false);
      for (const { correlationId } of parks) changed.set(correlationId, true);
    },
  };
}
