import { readAdmission } from './bodies.ts';
import type { Component } from './component.ts';

/**
 * Admits what comes from outside: the push becomes a row of the journal in the transaction that settles this task,
 * so the receipt of this task is the word that it is accepted. It keeps its id: pushed twice, it is one task.
 */
export function createGateway(): Component {
  return {
    admit(body, context) {
      const { id, flow, key, subject, group, deadline, body: pushed } = readAdmission(body);
      context.emit({ id, flow, key, subject, group, deadline, body: pushed });
      return context.end('accepted');
    },
  };
}
