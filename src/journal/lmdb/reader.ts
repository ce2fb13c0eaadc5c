import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { noCharges } from '../../model/charge.ts';
import { PolarError } from '../../model/errors.ts';
import { decodeBatch } from '../batch.ts';
import { findEvidence } from '../evidence-row.ts';
import type { JournalReader, PendingRow, StateRow } from '../journal.ts';
import { batchOfRow } from './batch-rows.ts';
import { type Head, type Identity, openTables, schema, sizeOf, type Tables } from './tables.ts';

/**
 * Opens a journal for reading, while its owner writes or after.
 * @throws journal.missing, journal.corrupt, journal.schema-newer
 */
export function openJournalReader(path: string): JournalReader {
  if (!existsSync(join(path, 'data.mdb'))) {
    throw new PolarError('journal.missing', `There is no journal in ${path}.`, {
      hint: 'Start the node once with: polar-zmanager up',
    });
  }
  const tables = openTables(path, true);
  checkSchema(tables, path);
  return createReader(tables);
}

/** Closes what it refuses. @throws journal.schema-newer */
export function checkSchema(tables: Tables, path: string): void {
  const identity = tables.meta.get('identity') as Identity | undefined;
  if (identity && identity.schema > schema) {
    void tables.environment.close();
    throw new PolarError(
      'journal.schema-newer',
      `The journal in ${path} has schema ${identity.schema}, this version knows ${schema}.`,
      { hint: 'Install the version of polar-zmanager that wrote it, or a newer one.' },
    );
  }
}

export function createReader(tables: Tables): JournalReader {
  const {
    environment,
    meta,
    batches,
    evidence,
    tallies,
    keptRecords,
    keys,
    charges,
    states,
    pending,
    ids,
    dead,
    parked,
    deadlines,
  } = tables;
  // lmdb keeps one read snapshot per turn of the event loop; a run must see what was committed a moment ago.
  const newest = () => environment.root.resetReadTxn();
  const batchOf = (row: Buffer) => {
    const bytes = batchOfRow(tables, row);
    return { batch: decodeBatch(bytes), bytes };
  };
  return {
    info() {
      newest();
      const identity = meta.get('identity') as Identity | undefined;
      const head = meta.get('head') as Head | undefined;
      if (!identity || !head) throw new PolarError('journal.corrupt', 'The journal has no head.');
      return {
        ...identity,
        epoch: meta.get('epoch') as number,
        firstSequence: head.firstSequence,
        previousOfFirst: Buffer.from(head.previousOfFirst).toString('hex'),
        removed: head.removed ?? null,
        nextSequence: head.nextSequence,
        head: Buffer.from(head.hash).toString('hex'),
        totals: head.totals,
        pending: pending.getCount(),
        parked: parked.getCount(),
      };
    },
    keyRow(key) {
      newest();
      return keys.get(key);
    },
    chargesOf(key) {
      newest();
      return charges?.get(key) ?? noCharges;
    },
    charges() {
      newest();
      return Array.from(charges?.getRange() ?? [], ({ key, value }) => [key, value] as const);
    },
    stateRow(actor, key) {
      newest();
      const bytes = states.get([actor, key]);
      return bytes && stateRowOf(key, bytes);
    },
    stateRows(actor, after = '', most) {
      newest();
      const range = states.getRange({
        start: [actor, after],
        end: [actor, '\u{10ffff}'],
        exclusiveStart: after !== '',
        ...(most !== undefined && { limit: most }),
      });
      return Array.from(range, ({ key, value }) => stateRowOf(key[1], value));
    },
    isPending(order) {
      newest();
      return pending.doesExist(order);
    },
    pendingAfter(order, most, mostBytes = Number.POSITIVE_INFINITY) {
      newest();
      const rows: PendingRow[] = [];
      let bytes = 0;
      for (const { key, value } of pending.getRange({ start: order + 1, limit: most })) {
        rows.push({ order: key, record: Buffer.from(value) });
        bytes += value.length;
        if (bytes >= mostBytes) break;
      }
      return rows;
    },
    outcomeOf(id) {
      newest();
      return ids.get(id);
    },
    parkedRow(correlationId) {
      newest();
      return parked.get(correlationId);
    },
    parkedUntil(time, most) {
      newest();
      const due = Array.from(deadlines.getKeys({ end: [time, '\u{10ffff}'], limit: most }));
      return due.flatMap(([, correlationId]) => parked.get(correlationId) ?? []);
    },
    deadLetter(order) {
      newest();
      return dead.get(order);
    },
    deadLetters(most) {
      newest();
      return Array.from(dead.getRange({ limit: most }), ({ key, value }) => ({ order: key, ...value }));
    },
    batchAt(sequence) {
      // Whoever reads on asks for the first record of a batch, and no batch ever changes: any snapshot that has it will do.
      const exact = batches.get(sequence);
      if (exact) return batchOf(exact);
      newest();
      const [before] = batches.getRange({ start: sequence, reverse: true, limit: 1 });
      const found = before && batchOf(before.value);
      if (found && sequence < found.batch.firstSequence + found.batch.count) return found;
      const [behind] = batches.getRange({ start: sequence, limit: 1 });
      return behind && batchOf(behind.value);
    },
    tallyFrom(minute) {
      newest();
      const rows = tallies?.getRange({ start: minute, limit: 1 }) ?? [];
      for (const { key, value } of rows) return { minute: key, tally: value };
      return undefined;
    },
    keptRecord(sequence) {
      newest();
      return keptRecords?.get(sequence);
    },
    size() {
      newest();
      return sizeOf(tables);
    },
    evidenceOf(sequence) {
      newest();
      const rows = evidence?.getRange({ start: sequence, reverse: true, limit: 1 }) ?? [];
      for (const { key, value } of rows) return findEvidence(value, key, sequence);
      return undefined;
    },
    async close() {
      await environment.close();
    },
  };
}

function stateRowOf(key: string, bytes: Buffer): StateRow {
  return { key, version: bytes.readDoubleLE(0), value: bytes.subarray(8) };
}
