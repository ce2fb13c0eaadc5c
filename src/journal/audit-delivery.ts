import type { SinkRows } from './lmdb/bridge-reader.ts';

/** What became of committed events at one sink: committed = delivered + quarantined + redriving + waiting. */
export interface DeliveryAudit extends SinkRows {
  readonly committed: number;
  /** Confirmed, or given up by an order: each order is an event. */
  readonly delivered: number;
  readonly waiting: number;
  /** Of a cursor that is behind the journal's end: what it counts is not in this journal. */
  readonly lost: number;
}

/** Of the events from `first` to `newest`; the rows of the sink are of those, too. */
export function auditDelivery(sink: SinkRows, first: number, newest: number): DeliveryAudit {
  const { cursor, quarantined, redriving } = sink;
  const committed = Math.max(0, newest - first + 1);
  const waiting = Math.max(0, newest - Math.max(cursor, first - 1));
  const delivered = committed - waiting - quarantined - redriving;
  const lost = Math.max(0, cursor - newest) + Math.max(0, -delivered);
  return { ...sink, committed, delivered, waiting, lost };
}
