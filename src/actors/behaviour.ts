/** What an actor does with its messages, one at a time. Its fields are memory that can be thrown away. */
export interface Behaviour<M, R> {
  /** `signal` aborts when whoever asked no longer waits. The error kernel decides whether a throw ends the actor. */
  receive(message: M, signal: AbortSignal): R | Promise<R>;
  /** Called once, after the last message, whatever ended the actor. Must not throw. */
  stop?(): void;
}
