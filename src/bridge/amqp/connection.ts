import type { ChannelModel, Options, SocketOptions } from 'amqplib';
import { type BrokerSettings, plaintextText } from '../../config/broker.ts';
import type { BrokerCredentials } from '../../config/broker-files.ts';
import { formatBrokerUrl, isLoopback } from '../../config/broker-url.ts';
import { PolarError } from '../../model/errors.ts';
import { type LinkPlace, openingFailure } from './failures.ts';

/** Of the socket in silence, before the connection is open. */
export const answerWithinMs = 10_000;
const closeWithinMs = 2000;
/** Taken by the socket at once: all that a turn has for the broker goes as one write, not a score of messages a time. */
const bytesPerWrite = 256 * 1024;

/**
 * A connection with its virtual host open, and nothing on it. Its errors are to be listened to.
 * @throws a code of broker.*, naming the step
 */
export async function openConnection(
  settings: BrokerSettings,
  credentials: BrokerCredentials,
): Promise<ChannelModel> {
  const place = placeOf(settings);
  refusePlaintext(settings, place);
  const { default: amqp } = await import('amqplib');
  const { url, auth, heartbeatMs } = settings;
  const { username = '', password = '' } = credentials;
  const endpoint: Options.Connect = {
    protocol: url.isTls ? 'amqps' : 'amqp',
    hostname: url.host,
    port: url.port,
    // It is unescaped there.
    vhost: encodeURIComponent(url.vhost),
    heartbeat: Math.ceil(heartbeatMs / 1000),
  };
  // The client's types leave the last one out, and pass it on.
  const socket: SocketOptions & { highWaterMark: number } = {
    timeout: answerWithinMs,
    noDelay: true,
    keepAlive: true,
    highWaterMark: bytesPerWrite,
    clientProperties: { connection_name: `polar-zmanager ${settings.name}`, product: 'polar-zmanager' },
    credentials:
      auth === 'external' ? amqp.credentials.external() : amqp.credentials.plain(username, password),
    ...(url.isTls && tlsOptionsOf(settings, credentials)),
  };
  try {
    return await amqp.connect(endpoint, socket);
  } catch (error) {
    throw openingFailure(error, place);
  }
}

interface TlsOptions {
  readonly minVersion: 'TLSv1.2';
  readonly rejectUnauthorized: true;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/** The certificate of the broker is verified, always. */
export function tlsOptionsOf(
  { serverName }: BrokerSettings,
  { ca, cert, key }: BrokerCredentials,
): TlsOptions {
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { servername: serverName }),
  };
}

function refusePlaintext({ url, allowPlaintext }: BrokerSettings, place: LinkPlace): void {
  if (url.isTls || allowPlaintext || isLoopback(url)) return;
  const hint = 'Nothing was sent.';
  throw new PolarError('broker.plaintext-refused', `${place.where}: connect: ${plaintextText(url)}.`, {
    hint,
  });
}

export function placeOf({ url, auth, serverName }: BrokerSettings): LinkPlace {
  const { host, vhost, isTls } = url;
  return { where: formatBrokerUrl(url), host, vhost, isTls, auth, serverName: serverName ?? host };
}

/** Politely, as long as the broker answers; it is gone when this resolves. */
export async function closeConnection(model: ChannelModel): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  // What was asked to close never resolves when the connection breaks meanwhile.
  const gone = new Promise<void>((resolve) => {
    model.once('close', () => resolve());
    late = setTimeout(resolve, closeWithinMs);
  });
  await Promise.race([model.close().catch(() => {}), gone]);
  clearTimeout(late);
  destroyConnection(model);
}

/** The client has no way to end a connection whose other side is silent: closing waits for an answer. */
export function destroyConnection(model: ChannelModel): void {
  const { stream } = model.connection as { stream?: { destroy?: (error: Error) => void } };
  stream?.destroy?.(new Error('given up'));
}
