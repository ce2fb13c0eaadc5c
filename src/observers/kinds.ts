import { file } from './file.ts';
import { http } from './http.ts';
import type { ObserverKind } from './observer.ts';
import { openapi } from './openapi.ts';
import { tls } from './tls.ts';

export { preload } from './http-exchange.ts';

/** Every kind that a policy can name. Light to import: the HTTP client itself is loaded by the first observation. */
export const observerKinds: ReadonlyMap<string, ObserverKind> = new Map(
  [http, openapi, tls, file].map((kind) => [kind.kind, kind]),
);
