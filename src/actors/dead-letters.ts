import { decodeEnvelope } from '../model/envelope.ts';
import type { DeadLetter } from '../model/run.ts';
import { readLetterRequest } from './bodies.ts';
import type { ActionContext, Component } from './component.ts';

/** What the worker's context can do for the product's own flow OrderLetter, beyond what users are given. */
export interface LetterContext {
  /** Undefined when there is none, or no more. */
  deadLetter(order: number): DeadLetter | undefined;
  /** The letter is gone, durable with this task's end; a task that is retried waits again, with its id. */
  orderLetter(order: number, letter: DeadLetter, kind: 'retry' | 'drop'): void;
}

/** Carries out what people decided about dead letters. What it returns is the event that tells of it. */
export function createDeadLetters(): Component {
  return {
    order(body, context) {
      const { kind, letter: order, by, reason } = readLetterRequest(body);
      const letters = context as ActionContext & LetterContext;
      const letter = letters.deadLetter(order);
      if (!letter) return context.end('no such dead letter');
      letters.orderLetter(order, letter, kind);
      const { id, source, number, key, flow } = decodeEnvelope(letter.record);
      const { code, message, history = [], redrives = 0 } = letter;
      return {
        ...{ kind, letter: order, by, reason },
        task: { id: id || null, source, number, key, flow },
        ...{ code, message, history, redrives: redrives + (kind === 'retry' ? 1 : 0) },
      };
    },
  };
}
