import type { Vitals } from './vitals.ts';

/** What supervisor and child say to each other over the fork channel. */

export type ToChild =
  /** Once, after `loaded`. Answered by `ready` or `failed`. */
  | { readonly type: 'configure'; readonly configuration: unknown }
  | { readonly type: 'ping' }
  | { readonly type: 'message'; readonly body: unknown }
  /** Finish what is begun and begin nothing. Answered by `drained`. `restarts` when another life follows at once. */
  | { readonly type: 'drain'; readonly restarts: boolean }
  /** Close everything and exit with 0. */
  | { readonly type: 'exit' };

export type FromChild =
  /** Its modules are loaded; it waits for its configuration. */
  | { readonly type: 'loaded' }
  | { readonly type: 'ready'; readonly details: unknown }
  /** It could not be configured, and exits. */
  | ({ readonly type: 'failed' } & StartFailure)
  | { readonly type: 'pong'; readonly stats: unknown; readonly vitals: Vitals }
  | { readonly type: 'message'; readonly body: unknown }
  | { readonly type: 'drained' };

export interface StartFailure {
  /** A code of the product's table; undefined for a programming mistake. */
  readonly code: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}
