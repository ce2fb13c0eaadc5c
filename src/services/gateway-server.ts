import { rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';

/** The gateway on a socket in the run directory, which only its user can enter. */
export interface GatewayServer {
  /** Answers what is in hand, takes nothing new. */
  close(): Promise<void>;
}

export async function listenForPushes(path: string, handle: RequestListener): Promise<GatewayServer> {
  const server = createServer(handle);
  // Bounds on what a client can hold without sending: headers at once, a body within a minute.
  server.headersTimeout = 10_000;
  server.requestTimeout = 60_000;
  server.maxConnections = 512;
  // A predecessor that was killed has left its socket; its exit was seen before this process was configured.
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}
