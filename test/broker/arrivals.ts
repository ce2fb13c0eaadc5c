import type { Arrivals } from '../faults/arrivals.ts';
import { type Client, openClient, takeAll } from './amqp-client.ts';
import type { Broker } from './broker.ts';

/** What has come to the queue: every event that was ever committed must, and one that comes twice has the same id. */
export function queueArrivals(broker: Broker, vhost: string): Arrivals & { close(): Promise<void> } {
  const arrived = new Map<string, number>();
  let client: Client | undefined;
  const takeNew = async () => {
    client ??= await openClient(broker, vhost);
    for (const body of await takeAll(client, 'polar.events')) {
      const { id } = JSON.parse(body) as { id: string };
      arrived.set(id, (arrived.get(id) ?? 0) + 1);
    }
  };
  return {
    name: 'queue',
    isComplete: true,
    async collect() {
      // The broker may have been away meanwhile, and with it the connection.
      await takeNew().catch(async () => {
        await client?.close();
        client = undefined;
      });
      return arrived;
    },
    async close() {
      await client?.close();
    },
  };
}
