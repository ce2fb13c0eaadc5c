import { readFileSync } from 'node:fs';
import { type ChannelModel, type ConfirmChannel, connect, credentials } from 'amqplib';
import type { BrokerAddress, Pair } from './broker.ts';

/** A client with nothing of the product in it, so that what it sees is the broker's word. */
export interface Client {
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly gone: Promise<void>;
  close(): Promise<void>;
}

/** Over TLS by default, as the administrator, or as the user whom the certificate names. */
export async function openClient(
  broker: BrokerAddress,
  vhost: string,
  options: { readonly port?: number; readonly certificate?: Pair; readonly plain?: boolean } = {},
): Promise<Client> {
  const { port, certificate, plain } = options;
  const connection = await connect(
    {
      protocol: plain ? 'amqp' : 'amqps',
      hostname: 'localhost',
      port: port ?? (plain ? broker.amqpPort : broker.amqpsPort),
      vhost,
      heartbeat: 10,
    },
    {
      ca: [readFileSync(broker.ca)],
      ...(certificate && { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) }),
      credentials: certificate ? credentials.external() : credentials.plain(broker.username, broker.password),
      timeout: 60_000,
    },
  );
  // Without a listener a lost connection would end the process.
  connection.on('error', () => {});
  const gone = new Promise<void>((resolve) => connection.once('close', () => resolve()));
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => {});
  return {
    connection,
    channel,
    gone,
    async close() {
      await connection.close().catch(() => {});
    },
  };
}

/** Everything in the queue now, oldest first, taken out of it. */
export async function takeAll(client: Client, queue: string): Promise<string[]> {
  const taken: string[] = [];
  for (;;) {
    const message = await client.channel.get(queue, { noAck: true });
    if (!message) return taken;
    taken.push(message.content.toString());
  }
}
