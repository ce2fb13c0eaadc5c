import type { ParkedRow } from '../model/run.ts';
import { readAnswer, readExpiry } from './bodies.ts';
import type { ActionContext, Component } from './component.ts';

/** What the worker's context can do for the product's own flows Answer and Expire, beyond what users are given. */
export interface ParkingContext {
  parked(correlationId: string): ParkedRow | undefined;
  /** The task goes on with the answer, durable with this task's end. */
  unpark(row: ParkedRow, answer: unknown): void;
  /** Its time was over: it becomes a dead letter. */
  expire(row: ParkedRow): void;
}

/** Ends a waiting. Answer and timeout race, and the first to be committed wins: the other finds nobody waiting. */
export function createParking(): Component {
  return {
    resume(body, context) {
      const { correlationId, answer } = readAnswer(body);
      const { row, parking } = waiting(correlationId, context);
      if (!row) return context.end('late');
      parking.unpark(row, answer);
      return context.end('answered');
    },
    expire(body, context) {
      const { row, parking } = waiting(readExpiry(body).correlationId, context);
      if (!row) return context.end('answered in time');
      parking.expire(row);
      return context.end('expired');
    },
  };
}

function waiting(correlationId: string, context: ActionContext) {
  const parking = context as ActionContext & ParkingContext;
  return { parking, row: parking.parked(correlationId) };
}
