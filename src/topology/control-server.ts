import { createServer, type Server } from 'node:http';
import { messageOf } from '../model/errors.ts';

export interface ControlRoutes {
  /** `METHOD /path` → its JSON answer. */
  readonly [route: string]: () => Promise<unknown>;
}

/** HTTP with JSON over a unix socket in the run directory: `curl --unix-socket …/control.sock http://node/status`. */
export async function listenForControl(path: string, routes: ControlRoutes): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    const answer = (status: number, body: unknown) => {
      const text = JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(text);
    };
    const { pathname } = new URL(request.url ?? '/', 'http://node');
    const route = routes[`${request.method} ${pathname}`];
    if (!route) {
      const known = Object.keys(routes).join(', ');
      answer(404, {
        code: 'control.refused',
        message: `There is no ${request.method} ${pathname}.`,
        hint: known,
      });
      return;
    }
    route().then(
      (body) => answer(200, body),
      (error: unknown) => answer(500, { code: 'control.refused', message: messageOf(error) }),
    );
  });
  server.maxHeadersCount = 32;
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return server;
}
