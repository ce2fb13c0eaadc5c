import { describe, expect, it } from 'vitest';
import { type DeliveryOrders, mostOrders, takeOrder } from '../../../src/model/delivery-order.ts';

const request = { kind: 'retry', sink: 'amqp', sequences: [7], by: 'anna', reason: null, done: 0 } as const;

function rowOf(count: number): DeliveryOrders {
  let row: DeliveryOrders | undefined;
  for (let left = count; left > 0; left--) row = takeOrder(row, request, 5).row;
  return row ?? { last: 0, orders: [] };
}

describe('an order about deliveries', () => {
  it('has the next number, and waits in the row for the bridge', () => {
    const first = takeOrder(undefined, request, 5);
    expect(first.order).toEqual({
      number: 1,
      kind: 'retry',
      sink: 'amqp',
      sequences: [7],
      by: 'anna',
      reason: null,
      time: 5,
    });
    expect(takeOrder(first.row, request, 6).row.orders.map(({ number }) => number)).toEqual([1, 2]);
  });

  it('takes the place of those that are carried out', () => {
    const { row } = takeOrder(rowOf(3), { ...request, done: 2 }, 5);
    expect(row.last).toBe(4);
    expect(row.orders.map(({ number }) => number)).toEqual([3, 4]);
  });

  it('is refused while as many as are kept wait: none is forgotten', () => {
    const full = rowOf(mostOrders);
    expect(() => takeOrder(full, request, 5)).toThrow(expect.objectContaining({ code: 'orders.full' }));
    expect(takeOrder(full, { ...request, done: 1 }, 5).row.last).toBe(mostOrders + 1);
  });
});
