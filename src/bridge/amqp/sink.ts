import type { BrokerSettings } from '../../config/broker.ts';
import { type BrokerCredentials, fingerprintOf, readBrokerCredentials } from '../../config/broker-files.ts';
import { isLoopback } from '../../config/broker-url.ts';
import { codeOf, PolarError } from '../../model/errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { LinkError, LinkStatus, Sink } from '../sink.ts';
import { placeOf } from './connection.ts';
import { failureText } from './failures.ts';
import { type Link, openLink } from './link.ts';
import { type Message, toMessage } from './message.ts';
import { settleTopology } from './topology.ts';

export interface AmqpSinkOptions {
  readonly settings: BrokerSettings;
  /** Where relative paths of files begin. */
  readonly baseDir: string;
  /** How often certificates, keys and passwords are looked at. */
  readonly lookEveryMs?: number;
  /** Is told of renewals; of the link's end whoever connected knows by itself. */
  readonly log?: Pick<Logger, 'info' | 'warn'>;
}

/** A message that waits until the renewed link takes over. */
interface Held {
  readonly message: Message;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What happens once a renewal has failed: it is tried again with the next change, or after this. */
const renewAgainMs = 30_000;
/** With a queue of ours events have somewhere to go: one that comes back says that it was deleted. Not for ever. */
const declareAgainMs = 30_000;
/** For confirmations that are still to come: what has none is sent again by the next life. */
const closeWithinMs = 5000;

/**
 * Events as messages on RabbitMQ, each settled by the broker's confirm.
 *
 * When a certificate, a key or a password changes, the link is renewed: a second one is opened with what is there now;
 * from then on new writes wait until everything on the first is confirmed, and go out on the second, so that no subject
 * loses its order. If the second cannot be opened the first stays, and the status says so.
 */
export function createAmqpSink({ settings, baseDir, lookEveryMs = 3000, log }: AmqpSinkOptions): Sink {
  const place = placeOf(settings);
  let status: { state: LinkStatus['state']; since: number } = { state: 'down', since: Date.now() };
  let lastError: LinkError | undefined;
  let link: Link | undefined;
  let fingerprint = '';
  /** Not undefined while a renewed link waits for its turn. */
  let held: Held[] | undefined;
  let renewal: Promise<void> | undefined;
  let tried = { fingerprint: '', at: 0 };
  let declaredAgainAt = Number.NEGATIVE_INFINITY;
  let looking: NodeJS.Timeout | undefined;
  let onLost: (error: unknown) => void = () => {};
  let isClosed = false;

  const setState = (state: LinkStatus['state']) => {
    if (status.state !== state) status = { state, since: Date.now() };
  };
  const note = (error: unknown) => {
    lastError = { code: codeOf(error) ?? 'error', message: failureText(error), time: Date.now() };
  };
  const open = async (credentials: BrokerCredentials): Promise<Link> => {
    let isMine = () => false;
    const opened = await openLink(settings, credentials, {
      lost: (error) => isMine() && lose(error),
      blocked: (isBlocked) => isMine() && setState(isBlocked ? 'blocked' : 'up'),
      unroutable() {
        const { declare, queues } = settings.topology;
        const now = performance.now();
        if (!declare || queues.length === 0 || now - declaredAgainAt < declareAgainMs) return false;
        declaredAgainAt = now;
        return true;
      },
    });
    isMine = () => opened === link;
    try {
      await settleTopology(opened.channel, settings.topology, place);
    } catch (error) {
      opened.abandon();
      throw error;
    }
    // Whatever happens to it from here on is told to whoever installs it.
    if (opened.broken) throw opened.broken;
    return opened;
  };
  const lose = (error: unknown) => {
    note(error);
    release();
    rejectHeld(error);
    onLost(error);
  };
  /** Lets go of the link, in whatever state it is. */
  const release = () => {
    clearInterval(looking);
    const last = link;
    link = undefined;
    last?.abandon();
    setState('down');
  };
  const rejectHeld = (error: unknown) => {
    const waiting = held ?? [];
    held = undefined;
    for (const { reject } of waiting) reject(error);
  };

  const look = () => {
    if (renewal || !link) return;
    let credentials: BrokerCredentials;
    try {
      credentials = readBrokerCredentials(settings, baseDir);
    } catch (error) {
      // In the middle of a change, as like as not.
      return note(error);
    }
    const next = fingerprintOf(credentials);
    const now = performance.now();
    if (next === fingerprint || (next === tried.fingerprint && now - tried.at < renewAgainMs)) return;
    tried = { fingerprint: next, at: now };
    renewal = renew(link, credentials, next)
      .catch((error: unknown) => {
        note(error);
        log?.warn(
          { event: 'link.renewal-failed', sink: settings.name, err: lastError },
          'the link stays as it was',
        );
      })
      .finally(() => {
        renewal = undefined;
      });
  };
  const renew = async (before: Link, credentials: BrokerCredentials, next: string): Promise<void> => {
    const renewed = await open(credentials);
    if (link !== before) return renewed.abandon();
    held = [];
    const isSettled = await before.settled(settings.confirmWithinMs);
    // Lost meanwhile: what was held was rejected with it.
    if (link !== before) return renewed.abandon();
    if (renewed.broken) {
      passOn(before);
      throw renewed.broken;
    }
    if (!isSettled) {
      renewed.abandon();
      const what = 'the confirmations of the link before the renewal did not come in time';
      return lose(new PolarError('broker.lost', `${place.where}: publish: ${what}.`));
    }
    link = renewed;
    fingerprint = next;
    passOn(renewed);
    setState(renewed.isBlocked ? 'blocked' : 'up');
    log?.info({ event: 'link.renewed', sink: settings.name }, 'the link was renewed with other credentials');
    await before.close();
  };

  /** What was held goes out at once, before anything that is written later. */
  const passOn = (to: Link) => {
    const waiting = held ?? [];
    held = undefined;
    for (const { message, resolve, reject } of waiting) to.publish(message).then(resolve, reject);
  };

  return {
    name: settings.name,
    window: settings.window,
    async connect(lost) {
      onLost = () => {};
      release();
      rejectHeld(new PolarError('broker.lost', `${place.where}: the link is opened again.`));
      setState('connecting');
      try {
        const credentials = readBrokerCredentials(settings, baseDir);
        const opened = await open(credentials);
        if (isClosed) return opened.abandon();
        link = opened;
        fingerprint = fingerprintOf(credentials);
        tried = { fingerprint, at: 0 };
        onLost = lost;
        looking = setInterval(look, lookEveryMs).unref();
        setState(opened.isBlocked ? 'blocked' : 'up');
      } catch (error) {
        note(error);
        setState('down');
        throw error;
      }
    },
    write(event, attempt) {
      let message: Message;
      try {
        message = toMessage(event, attempt);
      } catch (error) {
        return Promise.reject(error);
      }
      const waiting = held;
      if (waiting) return new Promise((resolve, reject) => waiting.push({ message, resolve, reject }));
      if (link) return link.publish(message);
      return Promise.reject(new PolarError('broker.lost', `${place.where}: publish: there is no link.`));
    },
    link: () => ({
      ...status,
      detail: place.where,
      ...(!settings.url.isTls && !isLoopback(settings.url) && { warnings: ['plaintext'] }),
      ...(lastError && { lastError }),
    }),
    async close() {
      isClosed = true;
      clearInterval(looking);
      await within(closeWithinMs, renewal);
      const last = link;
      await last?.settled(closeWithinMs);
      // A renewal that is not through by now gives up.
      link = undefined;
      rejectHeld(new PolarError('broker.lost', `${place.where}: the node stops.`));
      setState('down');
      await last?.close();
    },
  };
}

/** Resolves when `work` has ended, or when it has taken too long. */
async function within(ms: number, work: Promise<void> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
