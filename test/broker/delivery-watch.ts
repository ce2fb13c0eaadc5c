import type { CloudEvent } from '../../src/model/cloud-event.ts';
import type { Broker } from './broker.ts';
import { type DeliveringNode, type DeliveringNodeOptions, openDeliveringNode } from './delivering-node.ts';
import type { Pushes } from './pushes.ts';
import { type Arrival, QueueReader } from './queue-reader.ts';
import { type Reckoning, reckon } from './reckoning.ts';

/** A node whose events never stop coming, and all that has arrived of them. */
export interface DeliveryWatch {
  readonly node: DeliveringNode;
  readonly pushes: Pushes;
  /** The last one is read; those before it are what came before it was there. */
  readonly queues: QueueReader[];
  arrived(): Arrival[];
  /**
   * Takes out of the queue until every event that is in the journal at the time of the call has come, but for those that
   * are `aside`, and says how all that came compares with the journal. What is journaled later is not counted as lost.
   */
  everythingArrives(aside?: ReadonlySet<string>): Promise<Reckoning>;
  /** Every note that the node has given its word for is one event: stops the pushes to see. */
  unkept(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openDeliveryWatch(
  broker: Broker,
  options: DeliveringNodeOptions,
): Promise<DeliveryWatch> {
  const node = await openDeliveringNode(broker, options);
  const pushes = node.push();
  const queues = [new QueueReader(broker, options.vhost, 'polar.events')];
  const arrived = () => queues.flatMap(({ all }) => all);
  return {
    node,
    pushes,
    queues,
    arrived,
    async everythingArrives(aside = new Set()) {
      const due = (await node.journaled()).filter(({ id }) => !aside.has(id));
      const missing = () => due.filter(({ id }) => !queues.some(({ ids }) => ids.has(id)));
      const describe = () =>
        `Missing: ${missing().map(({ id }) => id)}; ${JSON.stringify(queues.at(-1)?.all.at(-1))}`;
      await queues.at(-1)?.takeUntil(() => missing().length === 0, describe);
      const reckoning = reckon(await node.journaled(), arrived());
      const dueIds = new Set(due.map(({ id }) => id));
      return { ...reckoning, lost: reckoning.lost.filter((id) => dueIds.has(id)) };
    },
    async unkept() {
      await pushes.stop();
      await node.told('all is delivered', ({ lag }) => lag === 0);
      const notes = (await node.journaled()).flatMap(noteIn);
      return pushes.accepted().filter((note) => notes.filter((each) => each === note).length !== 1);
    },
    close: () => node.close(),
  };
}

function noteIn({ type, data }: CloudEvent): string[] {
  if (type !== 'polar.flow.Note.noted') return [];
  const { key, number } = data as { key: string; number: number };
  return [`${key} ${number}`];
}
