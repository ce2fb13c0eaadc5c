import { createServer } from 'node:net';
import { type ListenAddress, urlOf } from '../config/listen-address.ts';
import type { GatewaySettings } from '../config/polar-ini.ts';
import { readCredential } from '../config/secret.ts';
import { messageOf, PolarError } from '../model/errors.ts';

/**
 * Finds, before anything is started, what would keep the gateway from working: a process that fails for it would only
 * be started again.
 * @throws secret.unavailable, io.failed
 */
export async function requireGateway(
  gateway: GatewaySettings | undefined,
  root: string,
  /** Where this node listens already. */
  held?: ListenAddress,
): Promise<void> {
  if (!gateway) return;
  for (const reference of [gateway.token, gateway.hmacKey]) if (reference) readCredential(reference, root);
  const { host, port } = gateway.listen;
  if (held?.host !== host || held.port !== port) await requireFree(gateway.listen);
}

function requireFree(address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) => {
      const message = `The gateway cannot listen at ${urlOf(address)}: ${messageOf(cause)}.`;
      const hint = 'End what listens there, or write another address under [gateway] in polar.ini.';
      reject(new PolarError('io.failed', message, { cause, hint }));
    });
    server.listen({ ...address, exclusive: true }, () => server.close(() => resolve()));
  });
}
