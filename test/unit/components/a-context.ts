import { type ActionContext, type EmittedMessage, endOfFlow } from '../../../src/actors/component.ts';

export interface FakeContext extends ActionContext {
  readonly emitted: readonly EmittedMessage[];
}

/** What a method is given by nobody in particular. */
export function aContext(signal: AbortSignal = new AbortController().signal): FakeContext {
  const emitted: EmittedMessage[] = [];
  const rows = new Map<string, unknown>();
  return {
    task: {
      id: 't1',
      source: 'test',
      number: undefined,
      flow: 'F',
      key: 'k',
      subject: 'n.event.m.d',
      time: 0,
      deadline: 0,
      attempt: 1,
      correlationId: '',
      traceparent: '',
    },
    node: 'n',
    signal,
    state: {
      read: (actor, key = 'k') => rows.get(`${actor} ${key}`),
      write: (actor, value, key = 'k') => rows.set(`${actor} ${key}`, value),
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    end: endOfFlow,
    emit: (message) => emitted.push(message),
    emitted,
  };
}
