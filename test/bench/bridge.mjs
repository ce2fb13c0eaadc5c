// Confirmed events a second, from the journal to a quorum queue, on the real bridge process; beside a publisher of plain
// amqplib that sends the same messages, with the same window, on the same kind of link, in the same run. Then a backlog
// is drained, and the heap is looked at on the way.
//   npm run bench:bridge -- [--events 50000] [--rounds 5] [--window 256] [--backlog 200000]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect, credentials } from 'amqplib';
import { settleTopology } from '../../dist/bridge/amqp/topology.js';
import { parsePolarIni } from '../../dist/config/polar-ini.js';
import { fillJournal } from './broker/fill-journal.mjs';
import { openTestBroker } from './broker/open-broker.mjs';
import { runBridge } from './broker/run-bridge.mjs';
import { runPublisher } from './broker/run-publisher.mjs';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '5' },
    window: { type: 'string', default: '256' },
    backlog: { type: 'string', default: '200000' },
  },
});
const [events, rounds, window, backlog] = [values.events, values.rounds, values.window, values.backlog].map(
  Number,
);
const queue = 'polar.events';

const folder = mkdtempSync(join(tmpdir(), 'pzm-bench-'));
const broker = await openTestBroker();
try {
  const admin = await openAdmin(settingsFor('bench'));
  try {
    const bytes = await fillJournal(join(folder, 'round', 'journal'), events);
    console.log(
      `${events} events of ${bytes} bytes on average, window ${window}, a quorum queue of RabbitMQ ${broker.version} (${broker.kind}),` +
        ` TLS, ${cpus().length} cores, Node ${process.version}`,
    );
    await compare(admin);
    if (backlog > 0) await drain(admin);
  } finally {
    await admin.close();
  }
} finally {
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
}

async function compare(admin) {
  const dataDir = join(folder, 'round');
  const own = (round) => runBridge({ dataDir, settings: settingsFor(`round-${round}`) });
  const raw = () => runPublisher({ dataDir, settings: settingsFor('raw'), window });
  // Whoever is the first of a run pays for what is cold.
  await admin.emptied(() => raw());
  await admin.emptied(() => own(0));
  const ratios = [];
  for (let round = 1; round <= rounds; round++) {
    // In turn, so that neither has the better half of each round.
    const isRawFirst = round % 2 === 1;
    const first = await admin.emptied(() => (isRawFirst ? raw() : own(round)));
    const second = await admin.emptied(() => (isRawFirst ? own(round) : raw()));
    const [publisher, bridge] = isRawFirst ? [first, second] : [second, first];
    ratios.push(bridge.perSecond / publisher.perSecond);
    console.log(
      `round ${round}: amqplib alone ${Math.round(publisher.perSecond)}/s · bridge ${Math.round(bridge.perSecond)}/s · ` +
        `ratio ${ratios.at(-1).toFixed(2)} · CPU per event: alone ${publisher.cpuUs.toFixed(0)} µs, bridge ${bridge.cpuUs.toFixed(0)} µs`,
    );
  }
  console.log(`ratio, median of ${rounds}: ${median(ratios).toFixed(2)}`);
}

async function drain(admin) {
  const dataDir = join(folder, 'backlog');
  await fillJournal(join(dataDir, 'journal'), backlog);
  // Of each tenth of the way the least: what is left after the collector has been there.
  const least = Array.from({ length: 10 }, () => Number.POSITIVE_INFINITY);
  let shown = -1;
  const settings = settingsFor('backlog');
  const look = async ({ cursor, vitals: { heapUsedBytes, residentBytes } }) => {
    const tenth = Math.min(9, Math.floor((cursor / backlog) * 10));
    least[tenth] = Math.min(least[tenth], heapUsedBytes);
    if (tenth === shown) return;
    shown = tenth;
    console.log(
      `${String(cursor).padStart(9)} delivered · heap ${mebibytes(heapUsedBytes)} · resident ${mebibytes(residentBytes)}`,
    );
    // The broker's disk is not what is looked at.
    await admin.purge();
  };
  const { perSecond } = await admin.emptied(() => runBridge({ dataDir, settings, look }));
  console.log(
    `a backlog of ${backlog}: ${Math.round(perSecond)}/s · least heap in each tenth of the way ${least.map(mebibytes).join(', ')}`,
  );
}

/** The settings of [broker], as the file would give them. */
function settingsFor(name) {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, broker.password);
  const text = [
    '[broker]',
    `url = amqps://localhost:${broker.amqpsPort}`,
    `name = ${name}`,
    `ca = ${broker.ca}`,
    `username = ${broker.username}`,
    `password = \${file:${passwordFile}}`,
    `window = ${window}`,
  ].join('\n');
  const { polar, findings } = parsePolarIni(text, 'polar.ini');
  if (findings.length > 0) throw new Error(JSON.stringify(findings));
  return polar.settings;
}

/** Makes exchanges and queue, and empties the queue around each run. */
async function openAdmin(settings) {
  const url = { protocol: 'amqp', hostname: '127.0.0.1', port: broker.amqpPort };
  const connection = await connect(url, { credentials: credentials.plain(broker.username, broker.password) });
  const channel = await connection.createConfirmChannel();
  await settleTopology(channel, settings.broker.topology, { where: 'the broker' });
  const purge = () => channel.purgeQueue(queue);
  return {
    purge,
    async emptied(run) {
      await purge();
      const result = await run();
      await purge();
      return result;
    },
    close: () => connection.close(),
  };
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function mebibytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
