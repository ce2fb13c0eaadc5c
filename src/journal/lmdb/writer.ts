import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { type Charge, noCharges, withCharge } from '../../model/charge.ts';
import { writeNumber } from '../../model/envelope.ts';
import { codeOf, PolarError } from '../../model/errors.ts';
import { type KeyRow, pendingSource } from '../../model/run.ts';
import { encodeBatch, genesis } from '../batch.ts';
import { encodeEvidenceRow } from '../evidence-row.ts';
import type { JournalWriter, Totals } from '../journal.ts';
import { minuteOf, talliesKeptMs } from '../tally.ts';
import { putBatch } from './batch-rows.ts';
import { withRoom } from './full-disk.ts';
import { checkSchema, createReader } from './reader.ts';
import { removeOldest } from './remove-oldest.ts';
import { type Head, type Identity, openTables, schema, type Tables } from './tables.ts';

/** Rows of keys that the owner remembers; past it it begins anew. */
const mostKnown = 100_000;
const noTotals: Totals = { settledTasks: 0, accepted: 0, completed: 0, deadRows: 0, deadLettered: 0 };

/**
 * Opens the journal as its one owner, and makes it when there is none. Each opening raises the epoch, and every
 * transaction checks it: an owner that was replaced can write nothing more (R7).
 * @throws io.unwritable, io.failed, journal.corrupt, journal.schema-newer, journal.full
 */
export function openJournalWriter(path: string, node: string, now: number): JournalWriter {
  let tables: Tables;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    tables = withRoom(path, () => openTables(path, false));
  } catch (cause) {
    if (codeOf(cause) !== undefined) throw cause;
    throw new PolarError('io.unwritable', `The journal folder ${path} cannot be written.`, {
      cause,
      hint: 'Give this user write permission, or set [journal] dir in polar.ini.',
    });
  }
  checkSchema(tables, path);
  const {
    environment,
    meta,
    evidence,
    keys,
    charges,
    states,
    pending,
    ids,
    settledIds,
    tallies,
    keptRecords,
    dead,
    parked,
    deadlines,
  } = tables;
  const epoch = inTransaction(tables, path, () => {
    if (!meta.get('identity')) {
      meta.put('identity', { schema, id: randomBytes(4).toString('hex'), node, created: now });
      meta.put('head', {
        nextSequence: 1,
        nextOrder: 1,
        hash: genesis,
        firstSequence: 1,
        previousOfFirst: genesis,
        totals: noTotals,
      } satisfies Head);
    }
    // Of an older one only what is written from now on lies otherwise; what read it then is not to read it any more.
    const identity = meta.get('identity') as Identity;
    if (identity.schema < schema) meta.put('identity', { ...identity, schema } satisfies Identity);
    const next = ((meta.get('epoch') as number | undefined) ?? 0) + 1;
    meta.put('epoch', next);
    return next;
  });
  const reader = createReader(tables);

  // The owner alone changes these rows, so it may remember them: a run costs one read less.
  const known = new Map<string, KeyRow>();
  // All of them: a run of a key without any costs no reading.
  const charged = new Map(reader.charges());

  /** The minute that the last tally was written for, or found. */
  let tallied: number | undefined;
  /** LMDB's number of the transaction that the last commit was. */
  let newest = 0;

  return {
    ...reader,
    keyRow: (key) => known.get(key) ?? reader.keyRow(key),
    chargesOf: (key) => charged.get(key) ?? noCharges,
    stateVersion: (actor, key) => reader.stateRow(actor, key)?.version ?? 0,
    knowsId: (id) => reader.outcomeOf(id) !== undefined,
    isDead: (order) => reader.deadLetter(order) !== undefined,
    isParked: (correlationId) => reader.parkedRow(correlationId) !== undefined,
    commit(commit, time) {
      const redriven = new Map<string, Charge[]>();
      const minute = minuteOf(time);
      let transaction = 0;
      const committed = inTransaction(tables, path, () => {
        checkOwner(tables, epoch);
        transaction = environment.root.getWriteTxnId();
        if (transaction <= newest) throw rolledBack();
        const head = meta.get('head') as Head;
        if (minute !== tallied) writeTally(tables, head, minute);
        let hash: Buffer = head.hash;
        let nextPart = head.nextPart ?? 1;
        if (commit.records > 0) {
          const batch = encodeBatch(commit.segments, head.nextSequence, time, hash);
          nextPart = putBatch(tables, head.nextSequence, batch.bytes, nextPart);
          hash = batch.hash;
        }
        if (commit.evidence.length > 0) {
          evidence?.put(head.nextSequence, encodeEvidenceRow(commit.evidence, head.nextSequence));
        }
        for (const [key, row] of commit.keyRows) keys.put(key, row);
        for (const [key, list] of commit.charges) {
          if (list.length > 0) charges?.put(key, [...list]);
          else charges?.remove(key);
        }
        for (const { write, version } of commit.states.values()) {
          states.put([write.actor, write.key], stateBytes(version, write.value));
        }
        let order = head.nextOrder;
        for (const { id, record } of commit.children) {
          writeNumber(record, order);
          pending.put(order, record);
          ids.put(id, { state: 'pending', order });
          order++;
        }
        for (const { row, records } of commit.settledRows) {
          pending.remove(row.order);
          // Of a parked task `parks` tells what it waits for.
          if (row.outcome === 'parked') continue;
          const { outcome, reason } = row;
          ids.put(row.id, { state: 'settled', outcome, reason, records, time });
          settledIds.put([time, row.id], true);
        }
        for (const { correlationId, id, resumed, reason } of commit.unparks) {
          const row = parked.get(correlationId);
          if (row) deadlines.remove([row.deadline, correlationId]);
          parked.remove(correlationId);
          if (resumed) {
            writeNumber(resumed, order);
            pending.put(order, resumed);
            ids.put(id, { state: 'pending', order });
            order++;
          } else {
            const records = { first: head.nextSequence, count: 0 };
            ids.put(id, { state: 'settled', outcome: 'dead-lettered', reason, records, time });
            settledIds.put([time, id], true);
          }
        }
        for (const row of commit.parks) {
          parked.put(row.correlationId, row);
          deadlines.put([row.deadline, row.correlationId], true);
          ids.put(row.id, { state: 'parked', correlationId: row.correlationId });
        }
        for (const { order: letter, retried } of commit.letterOrders) {
          dead.remove(letter);
          if (!retried) continue;
          const { id, key, record, history, redrives } = retried;
          writeNumber(record, order);
          pending.put(order, record);
          const before = ids.get(id);
          // Known again for as long as it lives: what was to be forgotten is how it ended.
          if (before?.state === 'settled') settledIds.remove([before.time, id]);
          ids.put(id, { state: 'pending', order });
          const charge = { source: pendingSource, number: order, attempts: 0, history, redrives };
          const list = withCharge(
            redriven.get(key) ?? commit.charges.get(key) ?? charged.get(key) ?? [],
            charge,
          );
          charges?.put(key, list);
          redriven.set(key, list);
          order++;
        }
        for (const letter of commit.deadLetters) dead.put(order++, { ...letter, time });
        const nextSequence = head.nextSequence + commit.records;
        const totals = addTotals(head.totals, commit);
        meta.put('head', { ...head, nextSequence, nextOrder: order, nextPart, hash, totals } satisfies Head);
        return {
          records: { first: head.nextSequence, count: commit.records },
          head: hash,
          firstOrder: head.nextOrder,
        };
      });
      newest = transaction;
      tallied = minute;
      if (known.size > mostKnown) known.clear();
      for (const [key, row] of commit.keyRows) known.set(key, row);
      for (const [key, list] of [...commit.charges, ...redriven]) {
        if (list.length > 0) charged.set(key, list);
        else charged.delete(key);
      }
      return committed;
    },
    forgetIds(before, most) {
      environment.root.readerCheck();
      const old = Array.from(settledIds.getKeys({ end: [before, ''], limit: most }));
      const told = Array.from(tallies?.getKeys({ end: before - talliesKeptMs, limit: most }) ?? []);
      if (old.length + told.length === 0) return 0;
      inTransaction(tables, path, () => {
        for (const minute of told) tallies?.remove(minute);
        for (const [time, id] of old) {
          settledIds.remove([time, id]);
          ids.remove(id);
        }
      });
      return old.length;
    },
    removeOldest: (rules, kept, time) =>
      inTransaction(tables, path, () => {
        checkOwner(tables, epoch);
        return removeOldest(tables, rules, kept, time);
      }),
    forgetKept(isWanted) {
      const gone = Array.from(keptRecords?.getKeys() ?? []).filter((sequence) => !isWanted(sequence));
      if (gone.length > 0) {
        inTransaction(tables, path, () => {
          for (const sequence of gone) keptRecords?.remove(sequence);
        });
      }
      return gone.length;
    },
  };
}

/** Within a transaction. @throws journal.stale-owner */
function checkOwner({ meta }: Tables, epoch: number): void {
  if (meta.get('epoch') === epoch) return;
  throw new PolarError('journal.stale-owner', 'Another process has become the owner of the journal.');
}

/**
 * Somebody without the gate has opened the journal (environment.ts). Nothing is lost yet: it is still in the file, and
 * who opens that anew, as the next owner does, finds it.
 */
function rolledBack(): PolarError {
  return new PolarError(
    'journal.stale-owner',
    'The last commit of the journal has been hidden from its owner.',
  );
}

/** A minute that comes again, because the clock was set back, keeps its first one. */
function writeTally({ tallies, pending, parked }: Tables, head: Head, minute: number): void {
  if (tallies?.doesExist(minute)) return;
  const { nextSequence, totals } = head;
  const counts = { pending: pending.getCount(), parked: parked.getCount() };
  tallies?.put(minute, { nextSequence, totals, ...counts });
}

function addTotals(totals: Totals, commit: Parameters<JournalWriter['commit']>[0]): Totals {
  const { children, settledRows, deadLetters, parks, unparks, letterOrders } = commit;
  const retried = letterOrders.filter((order) => order.retried).length;
  const ofOutcome = (outcome: string) => settledRows.filter(({ row }) => row.outcome === outcome).length;
  const dead = ofOutcome('dead-lettered');
  return {
    settledTasks: totals.settledTasks + commit.settledTasks,
    retried: (totals.retried ?? 0) + retried,
    dropped: (totals.dropped ?? 0) + letterOrders.length - retried,
    accepted: totals.accepted + retried + children.length + parks.filter(({ isNew }) => isNew).length,
    completed: totals.completed + settledRows.length - dead - ofOutcome('parked'),
    deadRows: totals.deadRows + dead + unparks.filter(({ resumed }) => !resumed).length,
    deadLettered: totals.deadLettered + deadLetters.length,
  };
}

function stateBytes(version: number, value: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(8 + value.length);
  bytes.writeDoubleLE(version, 0);
  bytes.set(value, 8);
  return bytes;
}

/** One synchronous transaction: what arrives meanwhile waits in the socket and makes the next batch (ADR 3). */
function inTransaction<T>(tables: Tables, folder: string, action: () => T): T {
  return withRoom(folder, () => tables.environment.write(action));
}
