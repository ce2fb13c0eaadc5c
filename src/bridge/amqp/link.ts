import type { ChannelModel, ConfirmChannel, Options } from 'amqplib';
import type { BrokerSettings } from '../../config/broker.ts';
import type { BrokerCredentials } from '../../config/broker-files.ts';
import { messageOf, PolarError } from '../../model/errors.ts';
import { closeConnection, destroyConnection, openConnection, placeOf } from './connection.ts';
import { type LinkPlace, linkFailure, lostFailure } from './failures.ts';
import type { Message, MessageHeaders } from './message.ts';
import { type Unconfirmed, UnconfirmedMessages } from './unconfirmed.ts';

/** One connection with one channel, on which the broker confirms each message. It is never mended, but given up. */
export interface Link {
  /** Resolves on the broker's confirm. Rejects with broker.unroutable, broker.nacked, or what the link broke with. */
  publish(message: Message): Promise<void>;
  readonly channel: ConfirmChannel;
  /** Why it is of no use any more; undefined while it is. */
  readonly broken: PolarError | undefined;
  /** The broker takes nothing for now, and has said so. */
  readonly isBlocked: boolean;
  /** Resolves when every message is answered; false when it took longer. */
  settled(withinMs: number): Promise<boolean>;
  /** Politely, for a link on which nothing is on its way. */
  close(): Promise<void>;
  /** At once: what is on its way is rejected. */
  abandon(): void;
}

export interface LinkEvents {
  /** At most once, and never after `close` or `abandon`. */
  readonly lost: (error: PolarError) => void;
  readonly blocked: (isBlocked: boolean) => void;
  /** No queue takes an event. True: the link is given up, so that the next one declares again what was deleted. */
  readonly unroutable: () => boolean;
}

/**
 * Connects, verifies, authenticates, opens the virtual host and a channel with confirms.
 * @throws a code of broker.*, naming the step
 */
export async function openLink(
  settings: BrokerSettings,
  credentials: BrokerCredentials,
  events: LinkEvents,
): Promise<Link> {
  const place = placeOf(settings);
  const model = await openConnection(settings, credentials);
  return createLink(model, await openChannel(model, place), settings, place, events);
}

async function openChannel(model: ChannelModel, place: LinkPlace): Promise<ConfirmChannel> {
  // Until the link listens, an error of either ends in the rejection below.
  const ignore = () => {};
  model.on('error', ignore);
  try {
    const channel = await model.createConfirmChannel();
    channel.on('error', ignore);
    return channel;
  } catch (error) {
    destroyConnection(model);
    throw lostFailure(error, place);
  }
}

function createLink(
  model: ChannelModel,
  channel: ConfirmChannel,
  { confirmWithinMs, topology: { exchange } }: BrokerSettings,
  place: LinkPlace,
  events: LinkEvents,
): Link {
  const unconfirmed = new UnconfirmedMessages();
  const optionsOf = createPublishOptions();
  let broken: PolarError | undefined;
  let isOurEnd = false;
  let isBlocked = false;
  let unblockedAt = 0;

  const end = (error: PolarError) => {
    if (broken) return;
    broken = error;
    clearInterval(watch);
    destroyConnection(model);
    if (!isOurEnd) events.lost(error);
    unconfirmed.rejectAll(error);
  };
  const lose = (error: unknown) => end(lostFailure(error, place));
  const setBlocked = (next: boolean) => {
    isBlocked = next;
    unblockedAt = performance.now();
    if (!broken) events.blocked(next);
  };
  const watch = setInterval(
    () => {
      const since = Math.max(unconfirmed.oldestSentAt ?? Number.POSITIVE_INFINITY, unblockedAt);
      if (isBlocked || performance.now() - since < confirmWithinMs) return;
      const what = `no confirmation came within ${confirmWithinMs} ms`;
      end(linkFailure('broker.lost', place, 'publish', what, 'The link is opened again.'));
    },
    Math.min(1000, confirmWithinMs / 4),
  );
  watch.unref();

  model.on('error', lose);
  model.on('close', (error) => lose(error ?? new Error('the connection was closed')));
  model.on('blocked', () => setBlocked(true));
  model.on('unblocked', () => setBlocked(false));
  channel.on('error', lose);
  channel.on('return', ({ properties, fields }) => {
    const { replyText = 'returned' } = fields as { replyText?: string };
    if (events.unroutable()) {
      const what = `no queue takes what is published to ${exchange} (${replyText})`;
      return end(
        linkFailure('broker.queue-missing', place, 'publish', what, 'The queues are declared again.'),
      );
    }
    unconfirmed.giveBack(String(properties.messageId), replyText);
  });

  const send = (message: Message, entry: Unconfirmed) => {
    unconfirmed.add(entry);
    // It lives until the broker answers, and must not hold the message that long.
    const answered = (error: unknown) => {
      if (!error) unconfirmed.confirm(entry);
      // Otherwise the channel has ended, and `lose` hears why.
      else if (error instanceof Error && error.message === 'message nacked') unconfirmed.nack(entry);
    };
    try {
      channel.publish(exchange, message.routingKey, message.content, optionsOf(message), answered);
    } catch (error) {
      // Nothing of it was sent.
      if ((error as Error).name === 'IllegalOperationError') return lose(error);
      unconfirmed.refuse(entry, unsendable(error));
    }
  };

  return {
    channel,
    get broken() {
      return broken;
    },
    get isBlocked() {
      return isBlocked;
    },
    publish(message) {
      if (broken) return Promise.reject(broken);
      return new Promise((resolve, reject) =>
        send(message, { id: message.id, sentAt: performance.now(), resolve, reject }),
      );
    },
    async settled(withinMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, withinMs);
      });
      await Promise.race([unconfirmed.whenEmpty(), late]);
      clearTimeout(timer);
      return unconfirmed.size === 0 && !broken;
    },
    async close() {
      isOurEnd = true;
      if (broken) return;
      await closeConnection(model);
      lose(new Error('it was closed'));
    },
    abandon() {
      isOurEnd = true;
      lose(new Error('it was given up'));
    },
  };
}

/**
 * The client makes the headers that it is given the prototype of others, for which the engine makes them slow, each time
 * anew: a third of what a message costs. One object for all messages is made slow once; it is read within `publish`.
 */
function createPublishOptions(): (message: Message) => Options.Publish {
  const headers: { -readonly [Key in keyof MessageHeaders]: MessageHeaders[Key] | undefined } = {
    type: '',
    sequence: 0,
    attempt: 0,
  };
  return ({ options }) => {
    const { type, sequence, attempt, severity, owner, redelivered, traceparent } = options.headers;
    headers.type = type;
    headers.sequence = sequence;
    headers.attempt = attempt;
    // What is undefined is not sent.
    headers.severity = severity;
    headers.owner = owner;
    headers.redelivered = redelivered;
    headers.traceparent = traceparent;
    const shared: Options.Publish = {
      contentType: options.contentType,
      messageId: options.messageId,
      timestamp: options.timestamp,
      deliveryMode: options.deliveryMode,
      mandatory: options.mandatory,
      appId: options.appId,
      headers,
    };
    if (options.type !== undefined) shared.type = options.type;
    return shared;
  };
}

function unsendable(cause: unknown): PolarError {
  return new PolarError('envelope.oversized', `AMQP cannot carry the event: ${messageOf(cause)}.`, { cause });
}
