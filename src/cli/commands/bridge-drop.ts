import { printable } from '../../model/facts-text.ts';
import type { Call } from '../command.ts';
import { exitCodeOf, waits } from '../dlq-order.ts';
import { orderDelivery, withBridgeOf } from '../order-delivery.ts';
import { requireReason } from '../require-reason.ts';
import { unknownName } from '../unknown-name.ts';

export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const [sink = ''] = args;
  const reason = requireReason(call);
  const project = call.project();
  const names = await withBridgeOf(project, (bridge) => bridge.sinks().map(({ name }) => name));
  if (!names.includes(sink)) throw unknownName('usage.invalid', 'sink', sink, names);
  const given = await output.during('waiting for the bridge', () =>
    orderDelivery(project, { kind: 'drop-sink', sink, sequences: null, reason }),
  );
  const { name, outcome } = given;
  const done =
    outcome?.refused === undefined
      ? 'dropped, with all that was kept for it'
      : `not dropped: ${outcome.refused}`;
  output.show(given, () => [`${printable(sink)}: ${outcome ? done : waits} · order ${name}`]);
  return exitCodeOf([given]);
}
