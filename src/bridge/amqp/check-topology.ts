import type { Channel, ChannelModel } from 'amqplib';
import type { BrokerSettings } from '../../config/broker.ts';
import { messageOf } from '../../model/errors.ts';
import { type CheckedStep, failed, ok, unseen, warning } from './checked-step.ts';
import { brokerWords } from './failures.ts';
import { type Piece, piecesOf } from './topology.ts';

/**
 * Looks for exchanges and queues. What is there is declared once more with the properties that the bridge needs: that
 * changes nothing, and the broker answers with what differs, an alternate exchange among it. What is not there is only
 * looked for.
 */
export async function checkTopology(
  connection: ChannelModel,
  { topology }: BrokerSettings,
): Promise<CheckedStep[]> {
  const steps: CheckedStep[] = [];
  for (const piece of piecesOf(topology)) {
    const { find } = piece;
    if (find) steps.push(await checkPiece(connection, { ...piece, find }, topology.declare));
  }
  return steps;
}

async function checkPiece(
  connection: ChannelModel,
  { what, find, declare }: Required<Piece>,
  isMade: boolean,
): Promise<CheckedStep> {
  const missing = await answerTo(connection, find);
  if (missing) {
    if (missing.code !== 404) return failed(what, missing.words, 'See the log of the broker.');
    return isMade
      ? ok(what, 'not there yet: it is made when the node connects')
      : failed(what, 'not there, and declare = false', 'Make it on the broker, or set declare = true.');
  }
  const refusal = await answerTo(connection, declare);
  if (!refusal) return ok(what, 'there, with the properties that are needed');
  const { code, words } = refusal;
  if (code === 406 && words.includes("'alternate-exchange'")) return alternate(what, words);
  if (code === 406) {
    const fix = 'Remove it, give ours another name under [broker], or set declare = false.';
    return isMade ? failed(what, words, fix) : warning(what, `there, but ${words}`, fix);
  }
  if (code === 403 && isMade) {
    const fix = 'Give the user the permission to configure it, or set declare = false.';
    return failed(what, words, fix);
  }
  if (code === 403) return unseen(what, 'there; the user may not see its properties');
  return failed(what, words, 'See the log of the broker.');
}

/** `mandatory` is our word that a queue took the event, and an alternate exchange takes it away. */
function alternate(what: string, words: string): CheckedStep {
  return warning(
    what,
    `it has an alternate exchange: events that no queue takes go there, and count as delivered (${words})`,
    'Remove the alternate exchange.',
  );
}

interface Refusal {
  readonly code: unknown;
  readonly words: string;
}

/** On a channel of its own, for a refusal closes it. Undefined when the broker has agreed. */
async function answerTo(connection: ChannelModel, ask: Piece['declare']): Promise<Refusal | undefined> {
  let channel: Channel | undefined;
  try {
    const opened = await connection.createConfirmChannel();
    channel = opened;
    channel.on('error', () => {});
    await ask(opened);
    await opened.close();
    return undefined;
  } catch (error) {
    return { code: (error as { code?: unknown }).code, words: brokerWords(messageOf(error)) };
  }
}
