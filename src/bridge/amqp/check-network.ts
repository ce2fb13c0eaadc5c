import { lookup } from 'node:dns/promises';
import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { BrokerSettings } from '../../config/broker.ts';
import type { BrokerCredentials } from '../../config/broker-files.ts';
import { isLoopback } from '../../config/broker-url.ts';
import { humanDuration } from '../../model/duration.ts';
import { messageOf } from '../../model/errors.ts';
import { type CheckedStep, failed, ok, warning } from './checked-step.ts';
import { answerWithinMs, placeOf, tlsOptionsOf } from './connection.ts';
import { openingFailure } from './failures.ts';

/** Of its whole life: a certificate with less left is worth a word, be it for a day or for a year. */
const lateShare = 0.1;

/** Name, connection and certificate, up to the first that fails. */
export async function checkNetwork(
  settings: BrokerSettings,
  credentials: BrokerCredentials,
): Promise<CheckedStep[]> {
  const steps: CheckedStep[] = [];
  for (const look of [resolveHost, connectPort, verify]) {
    const step = await look(settings, credentials);
    steps.push(step);
    if (step.state === 'error') break;
  }
  return steps;
}

async function resolveHost(settings: BrokerSettings): Promise<CheckedStep> {
  const { host } = settings.url;
  try {
    const addresses = await lookup(host, { all: true });
    return ok('resolve', `${host} is ${addresses.map(({ address }) => address).join(', ')}`);
  } catch (error) {
    return failureOf('resolve', error, settings);
  }
}

async function connectPort(settings: BrokerSettings): Promise<CheckedStep> {
  const { host, port } = settings.url;
  const begun = performance.now();
  try {
    const socket = connectSocket({ host, port });
    await established(socket, 'connect');
    return ok('connect', `port ${port} answers, in ${Math.round(performance.now() - begun)} ms`);
  } catch (error) {
    return failureOf('connect', error, settings);
  }
}

async function verify(settings: BrokerSettings, credentials: BrokerCredentials): Promise<CheckedStep> {
  const { url, serverName } = settings;
  if (!url.isTls) {
    return isLoopback(url)
      ? ok('verify', 'not encrypted, and on this machine')
      : warning('verify', 'not encrypted: allow_plaintext is set', 'Use amqps://.');
  }
  try {
    const options = tlsOptionsOf(settings, credentials);
    const socket = connectTls({
      host: url.host,
      port: url.port,
      ...(/^[\d.]+$|:/.test(url.host) ? {} : { servername: url.host }),
      ...options,
    });
    const { protocol, from, to } = await established(socket, 'secureConnect', () => {
      const { valid_from, valid_to } = socket.getPeerCertificate();
      return { protocol: socket.getProtocol(), from: Date.parse(valid_from), to: Date.parse(valid_to) };
    });
    const leftMs = to - Date.now();
    const name = serverName ?? url.host;
    const says = `${protocol}, a certificate for ${name}, valid for another ${humanDuration(leftMs)}`;
    const isLate = leftMs < lateShare * (to - from);
    return isLate ? warning('verify', says, 'Renew the certificate of the broker.') : ok('verify', says);
  } catch (error) {
    return failureOf('verify', error, settings);
  }
}

function established(socket: Socket, event: 'connect'): Promise<undefined>;
function established<T>(socket: TLSSocket, event: 'secureConnect', look: () => T): Promise<T>;
async function established<T>(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  look?: () => T,
): Promise<T | undefined> {
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(event, () => resolve());
      socket.on('error', reject);
      socket.setTimeout(answerWithinMs, () => reject(new Error('connect ETIMEDOUT')));
    });
    return look?.();
  } finally {
    socket.destroy();
  }
}

function failureOf(step: string, error: unknown, settings: BrokerSettings): CheckedStep {
  const place = placeOf(settings);
  const failure = openingFailure(error, place);
  const text = messageOf(failure).replace(/^amqps?:\/\/\S+: [a-z ]+: /, '');
  return failed(step, text, failure.hint ?? 'See the log of the broker.');
}
