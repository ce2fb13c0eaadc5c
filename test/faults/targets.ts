import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the policies observe. */
export interface Targets {
  readonly url: string;
  readonly names: readonly string[];
  close(): Promise<void>;
}

/** Each target tells a new version with every third answer, so that its state is a chain worth following. */
export async function openTargets(names: readonly string[] = ['ash', 'birch', 'cedar']): Promise<Targets> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const times = (asked.get(path) ?? 0) + 1;
    asked.set(path, times);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ version: `1.${Math.floor(times / 3)}` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    names,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
