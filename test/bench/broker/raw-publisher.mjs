// Plain amqplib: everything in memory before the clock starts, then each message as it was, `window` of them without a
// confirmation. Of ours is only what made the messages.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, credentials } from 'amqplib';
import { toMessage } from '../../../dist/bridge/amqp/message.js';
import { readJournal } from '../../../dist/journal/follow.js';
import { openJournalReader } from '../../../dist/journal/lmdb/reader.js';
import { createOutgoingEvents } from '../../../dist/journal/outgoing-events.js';

const [{ dataDir, broker, window }] = await once(process, 'message');
const reader = openJournalReader(join(dataDir, 'journal'));
const outgoingOf = createOutgoingEvents(reader.info());
const messages = Array.from(readJournal(reader, 1), (record) => toMessage(outgoingOf(record), 1));
await reader.close();

const { url, ca, username, password, topology } = broker;
const connection = await connect(
  { protocol: 'amqps', hostname: url.host, port: url.port, heartbeat: 10 },
  {
    ca: [readFileSync(ca)],
    noDelay: true,
    credentials: credentials.plain(username, readFileSync(password.path, 'utf8')),
  },
);
const channel = await connection.createConfirmChannel();
const cpuBefore = process.cpuUsage();
const begun = performance.now();
await new Promise((resolve, reject) => {
  let sent = 0;
  let confirmed = 0;
  const confirm = (error) => {
    if (error) return reject(error);
    if (++confirmed === messages.length) return resolve();
    publish();
  };
  const publish = () => {
    while (sent < messages.length && sent - confirmed < window) {
      const { routingKey, content, options } = messages[sent++];
      channel.publish(topology.exchange, routingKey, content, options, confirm);
    }
  };
  publish();
});
const seconds = (performance.now() - begun) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
await connection.close();
process.send({ perSecond: messages.length / seconds, cpuUs: (user + system) / messages.length }, () =>
  process.disconnect(),
);
