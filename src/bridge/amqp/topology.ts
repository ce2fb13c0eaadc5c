import type { ConfirmChannel } from 'amqplib';
import type { BrokerTopology } from '../../config/broker.ts';
import { type LinkPlace, topologyFailure } from './failures.ts';

/** Everything that lies above: consumers of it see all events. */
export const everything = '#';

/** One exchange, queue or binding. */
export interface Piece {
  /** `exchange polar.events` */
  readonly what: string;
  /** Makes it, or finds that it is there as it must be. */
  readonly declare: (channel: ConfirmChannel) => Promise<unknown>;
  /** Finds it; undefined for a binding, which cannot be looked for over AMQP. */
  readonly find?: (channel: ConfirmChannel) => Promise<unknown>;
}

/**
 * Makes what is to be there, or with `declare = false` finds it, in the order in which one needs the other. It runs after
 * each connect: whoever has deleted something gets it back.
 * @throws broker.permission-denied, broker.exchange-missing, broker.topology-differs, broker.lost
 */
export async function settleTopology(
  channel: ConfirmChannel,
  topology: BrokerTopology,
  place: LinkPlace,
): Promise<void> {
  for (const { what, declare, find } of piecesOf(topology)) {
    const step = topology.declare ? declare : find;
    try {
      await step?.(channel);
    } catch (error) {
      throw topologyFailure(error, what, topology.declare, place);
    }
  }
}

/** No alternate exchange, ever: it would take what no queue takes, and confirm it as delivered. */
export function piecesOf(topology: BrokerTopology): Piece[] {
  const { exchange, selectExchange, deadLetterExchange, deadLetterQueue, queues } = topology;
  return [
    exchangePiece(exchange, 'topic'),
    exchangePiece(selectExchange, 'headers'),
    {
      what: `binding of exchange ${selectExchange} to ${exchange}`,
      declare: (channel) => channel.bindExchange(selectExchange, exchange, everything),
    },
    ...(queues.length === 0
      ? []
      : [
          exchangePiece(deadLetterExchange, 'topic'),
          ...queuePieces(deadLetterQueue, deadLetterExchange, quorum),
          ...queues.flatMap((queue) => queuePieces(queue, exchange, argumentsOf(topology))),
        ]),
  ];
}

const quorum = { 'x-queue-type': 'quorum' } as const;

function argumentsOf({ deadLetterExchange, queueArguments }: BrokerTopology): Record<string, unknown> {
  return { ...quorum, 'x-dead-letter-exchange': deadLetterExchange, ...queueArguments };
}

function exchangePiece(name: string, type: 'topic' | 'headers'): Piece {
  return {
    what: `exchange ${name}`,
    declare: (channel) => channel.assertExchange(name, type, { durable: true }),
    find: (channel) => channel.checkExchange(name),
  };
}

function queuePieces(queue: string, exchange: string, args: Readonly<Record<string, unknown>>): Piece[] {
  return [
    {
      what: `queue ${queue}`,
      declare: (channel) => channel.assertQueue(queue, { durable: true, arguments: { ...args } }),
      find: (channel) => channel.checkQueue(queue),
    },
    {
      what: `binding of queue ${queue} to ${exchange}`,
      declare: (channel) => channel.bindQueue(queue, exchange, everything),
    },
  ];
}
