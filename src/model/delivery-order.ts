import { PolarError } from './errors.ts';
import { formatSubjectName } from './subject-name.ts';

/*
 * What people order about events that could not be delivered. An order is a task like any other: it leaves an event, for
 * whoever asks later, and a place in a row that the bridge reads. The bridge alone changes what is its own (protocol R7):
 * it carries out each order whose number is above the last one it did.
 */

export type DeliveryOrderKind = 'retry' | 'drop' | 'drop-sink';

/** What is asked for, and by whom. */
export interface DeliveryRequest {
  readonly kind: DeliveryOrderKind;
  readonly sink: string;
  /** Null for all that the sink has set aside; always so for `drop-sink`. */
  readonly sequences: readonly number[] | null;
  readonly by: string;
  /** Null only for `retry`. */
  readonly reason: string | null;
  /** Number of the last order that is known to be carried out: what lies before it need not be kept. */
  readonly done: number;
}

export interface DeliveryOrder extends Omit<DeliveryRequest, 'done'> {
  /** Rises by one. */
  readonly number: number;
  /** Ms since the epoch. */
  readonly time: number;
}

/** The row: the newest orders, oldest first. */
export interface DeliveryOrders {
  readonly last: number;
  readonly orders: readonly DeliveryOrder[];
}

/** The actor of the row. */
export const deliveriesName = 'Deliveries';
export const mostOrders = 256;
export const mostSequences = 1000;

/** The key of the row, and of the tasks that change it. */
export function deliveriesKeyOf(node: string): string {
  return formatSubjectName({ node, kind: 'command', method: 'order', domain: 'deliveries' });
}

/** @throws orders.full, when as many orders as are kept wait for the bridge */
export function takeOrder(
  row: DeliveryOrders | undefined,
  { kind, sink, sequences, by, reason, done }: DeliveryRequest,
  time: number,
): { readonly row: DeliveryOrders; readonly order: DeliveryOrder } {
  const waiting = (row?.orders ?? []).filter(({ number }) => number > done);
  if (waiting.length >= mostOrders) {
    throw new PolarError('orders.full', `${waiting.length} orders about deliveries wait for the bridge.`, {
      hint: 'See whether the bridge runs with: pzm status bridge',
    });
  }
  const order = { number: (row?.last ?? 0) + 1, kind, sink, sequences, by, reason, time };
  return { row: { last: order.number, orders: [...waiting, order] }, order };
}
