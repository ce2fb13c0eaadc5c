import type { ConsumeMessage, MessagePropertyHeaders } from 'amqplib';
import { openClient } from './amqp-client.ts';
import type { BrokerAddress } from './broker.ts';
import { until } from './waiting.ts';

/** A message as it was in the queue. */
export interface Arrival {
  readonly id: string;
  readonly routingKey: string;
  readonly headers: MessagePropertyHeaders;
  readonly properties: ConsumeMessage['properties'];
  readonly body: string;
}

/** Of one queue, all that was ever in it, in its order: taken out by a consumer with nothing of ours. */
export class QueueReader {
  readonly all: Arrival[] = [];
  readonly ids = new Set<string>();
  readonly #broker: BrokerAddress;
  readonly #vhost: string;
  readonly queue: string;

  constructor(broker: BrokerAddress, vhost: string, queue: string) {
    this.#broker = broker;
    this.#vhost = vhost;
    this.queue = queue;
  }

  /** Takes what there is until all of these have come, and then what else is left. */
  async takeUntil(isEnough: () => boolean, describe: () => string): Promise<void> {
    const client = await openClient(this.#broker, this.#vhost);
    try {
      const { channel } = client;
      const { consumerTag } = await channel.consume(this.queue, (message) => this.#note(message), {
        noAck: true,
      });
      await until('all events have arrived', async () => isEnough()).catch((error: Error) => {
        throw new Error(`${error.message} ${describe()}`);
      });
      await channel.cancel(consumerTag);
      for (;;) {
        const message = await channel.get(this.queue, { noAck: true });
        if (!message) break;
        this.#note(message);
      }
    } finally {
      await client.close();
    }
  }

  #note(
    message: (Pick<ConsumeMessage, 'content' | 'properties'> & { fields: { routingKey: string } }) | null,
  ): void {
    if (!message) return;
    const { content, properties, fields } = message;
    const id = String(properties.messageId);
    this.ids.add(id);
    const headers = properties.headers ?? {};
    this.all.push({ id, routingKey: fields.routingKey, headers, properties, body: content.toString() });
  }
}
