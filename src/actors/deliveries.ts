import { type DeliveryOrders, deliveriesKeyOf, deliveriesName, takeOrder } from '../model/delivery-order.ts';
import { orderEventOf } from '../model/event.ts';
import { readDeliveryRequest } from './bodies.ts';
import type { Component } from './component.ts';

/** Takes orders about events that could not be delivered: a place in the row that the bridge reads, and an event. */
export function createDeliveries(now: () => number): Component {
  return {
    order(body, context) {
      const request = readDeliveryRequest(body);
      const key = deliveriesKeyOf(context.node);
      const before = context.state.read(deliveriesName, key) as DeliveryOrders | undefined;
      const { row, order } = takeOrder(before, request, now());
      context.state.write(deliveriesName, row, key);
      return orderEventOf(order);
    },
  };
}
