#!/usr/bin/env node
// Reads events from RabbitMQ with nothing of polar-zmanager: every new one becomes a line of JSON on stdout.
//   node consumer.mjs --ca certs/ca.pem --cert certs/client.pem --key certs/client.key --match severity=high
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import amqp from 'amqplib';
import { createLedger } from './ledger.mjs';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'amqps://localhost:5671' },
    ca: { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
    /** With a password in CONSUMER_PASSWORD; without it the certificate says who we are. */
    user: { type: 'string' },
    queue: { type: 'string', default: 'polar.example' },
    /** The queue is there already: nothing is declared and nothing bound. */
    existing: { type: 'boolean', default: false },
    /** Header and value, as often as needed: all have to match. Without any, every event comes. */
    match: { type: 'string', multiple: true, default: [] },
    /** Ends after so many events; else with Ctrl-C. */
    count: { type: 'string' },
  },
});

const headers = Object.fromEntries(options.match.map(headerOf));
const isSelection = options.match.length > 0;
const ledger = createLedger({ complete: !isSelection });
const enough = options.count === undefined ? Number.POSITIVE_INFINITY : Number(options.count);

const connection = await amqp
  .connect(options.url, {
    ...(options.ca && { ca: [readFileSync(options.ca)] }),
    ...(options.cert && { cert: readFileSync(options.cert) }),
    ...(options.key && { key: readFileSync(options.key) }),
    minVersion: 'TLSv1.2',
    credentials: credentials(),
    clientProperties: { connection_name: 'polar example consumer' },
  })
  .catch((error) => {
    process.stderr.write(`${options.url}: ${error.message}\n`);
    process.exit(1);
  });
connection.on('error', (error) => process.stderr.write(`connection: ${error.message}\n`));
const channel = await connection.createChannel();
channel.on('error', (error) => process.stderr.write(`channel: ${error.message}\n`));
const ended = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(0));
  // A consumer that is to run for long would connect again here.
  channel.once('close', () => resolve(1));
  connection.once('close', () => resolve(1));
  consume(resolve).catch((error) => {
    process.stderr.write(`${error.message}\n`);
    resolve(1);
  });
});
process.exitCode = await ended;
process.stderr.write(`${JSON.stringify(ledger.summary())}\n`);
await channel.close().catch(() => {});
await connection.close().catch(() => {});

async function consume(end) {
  if (!options.existing) {
    await channel.assertQueue(options.queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    if (isSelection) {
      await channel.bindQueue(options.queue, 'polar.select', '', { 'x-match': 'all', ...headers });
    } else {
      await channel.bindQueue(options.queue, 'polar.events', '#');
    }
  }
  await channel.prefetch(100);
  await channel.consume(options.queue, (message) => {
    if (message === null) {
      process.stderr.write(`${options.queue} is gone\n`);
      end(1);
    } else if (ledger.counts.events < enough) {
      handle(message);
      if (ledger.counts.events >= enough) end(0);
    }
  });
  process.stderr.write(`reading ${options.queue}\n`);
}

function handle(message) {
  const event = JSON.parse(message.content.toString());
  // What is done with an event comes before the acknowledgement: who dies in between is given it again.
  if (ledger.take(event) !== 'duplicate') process.stdout.write(`${JSON.stringify(event)}\n`);
  channel.ack(message);
}

function credentials() {
  if (options.user === undefined) return amqp.credentials.external();
  return amqp.credentials.plain(options.user, process.env.CONSUMER_PASSWORD ?? '');
}

function headerOf(text) {
  const [name, ...value] = text.split('=');
  if (name === '' || value.length === 0) throw new Error(`--match ${text}: write it as header=value`);
  return [name, value.join('=')];
}
