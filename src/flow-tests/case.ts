/** A case of `flow test`: what is done, one line after the other, and what is expected to come of it. */
export interface FlowCase {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Where the virtual clock begins, ms since the epoch. */
  readonly startMs: number;
  /** Routing key of all its tasks. */
  readonly key: string;
  readonly lines: readonly CaseLine[];
}

export type CaseLine = { readonly line: number } & (
  | { readonly kind: 'state'; readonly actor: string; readonly value: unknown }
  | { readonly kind: 'stub'; readonly component: string; readonly method: string; readonly stub: Stub }
  | Act
  | Expectation
);

/** What a method does instead of what it does. */
export type Stub =
  | { readonly does: 'return'; readonly value: unknown }
  | { readonly does: 'end'; readonly reason: string }
  | { readonly does: 'fail'; readonly message: string }
  | { readonly does: 'the real thing' };

export type Act =
  | { readonly kind: 'push'; readonly flow: string; readonly body: unknown }
  /** To the task that waits. */
  | { readonly kind: 'answer'; readonly body: unknown }
  /** The virtual clock goes on; what is due by then happens. */
  | { readonly kind: 'after'; readonly ms: number };

/** Of the act before it. */
export type Expectation =
  | { readonly kind: 'expect.outcome'; readonly outcome: Outcome }
  | { readonly kind: 'expect.reason'; readonly reason: string }
  | { readonly kind: 'expect.publish'; readonly message: Message | undefined }
  | { readonly kind: 'expect.emit'; readonly message: Message | undefined }
  | { readonly kind: 'expect.state'; readonly actor: string; readonly value: unknown };

/** A body, and the topic or the flow that it goes to. */
export interface Message {
  readonly to: string;
  readonly body: unknown;
}

/** `parked`: it waits for an answer; `retried`: it is tried again later; `nothing`: nothing was due. */
export const outcomes = ['completed', 'ended', 'dead-lettered', 'parked', 'retried', 'nothing'] as const;
export type Outcome = (typeof outcomes)[number];

export function isAct(line: CaseLine): line is { readonly line: number } & Act {
  return line.kind === 'push' || line.kind === 'answer' || line.kind === 'after';
}
