import type { JournalReader } from '../journal/journal.ts';
import type { OrderOutcome } from '../journal/lmdb/bridge-tables.ts';
import type { CursorStore, OrderedRows } from '../journal/lmdb/cursor-store.ts';
import {
  type DeliveryOrder,
  type DeliveryOrders,
  deliveriesKeyOf,
  deliveriesName,
} from '../model/delivery-order.ts';
import { hasCode, messageOf } from '../model/errors.ts';
import type { Logger } from '../telemetry/log.ts';

export interface OrderOptions {
  readonly reader: Pick<JournalReader, 'stateRow'>;
  readonly store: Pick<CursorStore, 'lastOrder' | 'carryOut'>;
  readonly node: string;
  /** Whether a sink of this name runs here. */
  readonly runs: (sink: string) => boolean;
  /** Carries out the change, with everything of the sink saved before, and goes by its rows after. */
  readonly changeRows: (sink: string, change: () => void) => void;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Does what was ordered since the last look. The effect of an order and its number are one transaction, so that after
 * any crash each order was carried out once.
 */
export function carryOutOrders({ reader, store, node, runs, changeRows, log }: OrderOptions): void {
  const bytes = reader.stateRow(deliveriesName, deliveriesKeyOf(node))?.value;
  if (!bytes) return;
  const { last, orders } = JSON.parse(bytes.toString()) as DeliveryOrders;
  if (last <= store.lastOrder()) return;
  for (const order of orders) {
    const { number, sink, kind } = order;
    if (number <= store.lastOrder()) continue;
    try {
      changeRows(sink, () => store.carryOut(number, (rows) => effectOf(order, rows, runs(sink))));
    } catch (error) {
      if (!hasCode(error, 'journal.full')) throw error;
      log.warn({ event: 'order.waits', order: number, reason: messageOf(error) }, 'an order waits');
      return;
    }
    log.info({ event: 'order.done', order: number, kind, sink }, 'an order was carried out');
  }
}

function effectOf({ kind, sink, sequences }: DeliveryOrder, rows: OrderedRows, runs: boolean): OrderOutcome {
  const named = sequences ?? undefined;
  switch (kind) {
    case 'retry':
      return { affected: rows.retry(sink, named) };
    case 'drop':
      return { affected: rows.drop(sink, named) };
    case 'drop-sink':
      if (runs) return { affected: 0, refused: 'the sink runs' };
      return rows.forget(sink) ? { affected: 1 } : { affected: 0, refused: 'there is no such sink' };
  }
}
