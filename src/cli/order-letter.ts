import { userInfo } from 'node:os';
import type { Project } from '../config/project.ts';
import { readField } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import { type LetterRequest, lettersKeyOf } from '../model/letter-order.ts';
import { callGateway } from './gateway-call.ts';
import { withJournal } from './journal-access.ts';

const settledWithinMs = 30_000;
const mostDeadLetters = 10_000;

/** A task's dead letter, as people name it, and its place in the journal. */
export interface NamedLetter {
  readonly name: string;
  readonly letter: number;
}

/** Those of the names that are of dead letters: `dead-<n>`, or a task's id. @throws usage.invalid for one that is gone */
export function lettersNamed(project: Project, names: readonly string[]): Promise<readonly NamedLetter[]> {
  return withJournal(project, (reader) => {
    const letters = reader.deadLetters(mostDeadLetters);
    return names.flatMap((name) => {
      const found = letters.findLast(
        ({ order, record }) => `dead-${order}` === name || readField(record, 0, 'id') === name,
      );
      if (found) return [{ name, letter: found.order }];
      if (!name.startsWith('dead-')) return [];
      throw new PolarError('usage.invalid', `There is no dead letter "${name}".`, {
        hint: 'See what there is with: pzm dlq list',
      });
    });
  });
}

/** Ordered of the running node, in this user's name; true when it was carried out, false when the letter was gone by then. */
export async function orderLetter(project: Project, request: Omit<LetterRequest, 'by'>): Promise<boolean> {
  const answer = await callGateway(project, '/push/OrderLetter', {
    key: lettersKeyOf(project.node),
    waitMs: settledWithinMs,
    body: JSON.stringify({ ...request, by: userInfo().username } satisfies LetterRequest),
  });
  if (answer.state === 'settled' && answer.outcome === 'dead-lettered') {
    throw new PolarError('action.failed', `The order ${answer.id} failed: ${answer.reason}.`, {
      hint: `See what became of it with: pzm dlq show ${answer.id}`,
    });
  }
  if (answer.state === 'settled') return answer.outcome === 'completed';
  throw new PolarError('intake.unconfirmed', `The order ${answer.id} is accepted and not settled yet.`, {
    hint: `See what became of it with: pzm why ${answer.id}`,
  });
}
