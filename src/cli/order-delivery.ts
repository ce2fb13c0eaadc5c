import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Project } from '../config/project.ts';
import { readJournal } from '../journal/follow.ts';
import type { BridgeReader } from '../journal/lmdb/bridge-reader.ts';
import type { OrderOutcome } from '../journal/lmdb/bridge-tables.ts';
import { eventOf } from '../journal/record-event.ts';
import { type DeliveryRequest, deliveriesKeyOf } from '../model/delivery-order.ts';
import { readField } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import { callGateway, type PushAnswer } from './gateway-call.ts';
import { withJournal } from './journal-access.ts';

export type Wish = Omit<DeliveryRequest, 'by' | 'done'>;

export interface GivenOrder {
  /** The number of the order. */
  readonly name: string;
  readonly sink: string;
  /** Undefined while the bridge has not come to it. */
  readonly outcome: OrderOutcome | undefined;
}

const acceptedWithinMs = 30_000;
const carriedOutWithinMs = 15_000;
const lookEveryMs = 50;

/** Orders it of the running node in this user's name, and waits until the bridge has carried it out. */
export async function orderDelivery(project: Project, wish: Wish): Promise<GivenOrder> {
  return withBridgeOf(project, async (bridge) => {
    const body: DeliveryRequest = { ...wish, by: userInfo().username, done: bridge.lastOrder() };
    const answer = await callGateway(project, '/push/OrderDelivery', {
      key: deliveriesKeyOf(project.node),
      waitMs: acceptedWithinMs,
      body: JSON.stringify(body),
    });
    const number = await withJournal(project, (reader) => {
      for (const record of readJournal(reader, settled(answer).records.first)) {
        if (readField(record.record, 0, 'id') !== answer.id) continue;
        return (eventOf(record, reader.info()).data as { order: number }).order;
      }
      throw new PolarError(
        'journal.corrupt',
        `The journal does not hold the event of the order ${answer.id}.`,
      );
    });
    const until = performance.now() + carriedOutWithinMs;
    let outcome = bridge.outcomeOf(number);
    while (!outcome && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      outcome = bridge.outcomeOf(number);
    }
    return { name: String(number), sink: wish.sink, outcome };
  });
}

export async function withBridgeOf<T>(
  { dataDir }: Pick<Project, 'dataDir'>,
  use: (bridge: BridgeReader) => T | Promise<T>,
): Promise<T> {
  const { withBridge } = await import('../journal/lmdb/bridge-reader.ts');
  return withBridge(join(dataDir, 'bridge'), use);
}

/** @throws orders.full, intake.unconfirmed */
function settled(answer: PushAnswer): Extract<PushAnswer, { state: 'settled' }> {
  if (answer.state === 'accepted') {
    throw new PolarError('intake.unconfirmed', `The order ${answer.id} is accepted and not settled yet.`, {
      hint: `See what became of it with: pzm why ${answer.id}`,
    });
  }
  if (answer.outcome === 'completed') return answer;
  throw new PolarError('orders.full', `The order was refused: ${answer.reason}.`, {
    hint: 'See whether the bridge runs with: pzm status bridge',
  });
}
