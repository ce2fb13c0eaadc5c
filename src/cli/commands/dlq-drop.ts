import type { Call } from '../command.ts';
import { orderSetAside } from '../dlq-order.ts';
import { requireReason } from '../require-reason.ts';

export async function run(call: Call): Promise<number> {
  requireReason(call);
  return orderSetAside(call, 'drop');
}
