import type { Call } from '../command.ts';
import { orderSetAside } from '../dlq-order.ts';

export function run(call: Call): Promise<number> {
  return orderSetAside(call, 'retry');
}
