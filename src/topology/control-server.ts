import { createServer, type Server } from 'node:http';
import { codeOf, errorCodes, messageOf, type PolarError } from '../model/errors.ts';

export interface ControlRoutes {
  /** `METHOD /path` → its JSON answer. What it throws is answered with its code, its hint and its findings. */
  readonly [route: string]: (query: URLSearchParams) => Promise<unknown>;
}

/** How often each status was answered. */
export type ControlAnswers = Record<string, number>;

/** HTTP with JSON over a unix socket in the run directory: `curl --unix-socket …/control.sock http://node/status`. */
export async function listenForControl(
  path: string,
  routes: ControlRoutes,
  answers: ControlAnswers = {},
): Promise<Server> {
  const count = (status: number) => {
    answers[status] = (answers[status] ?? 0) + 1;
  };
  const server = createServer(bounds, (request, response) => {
    request.resume();
    const answer = (status: number, body: unknown) => {
      count(status);
      const text = JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(text);
    };
    // Not by URL, which throws at what is none: the supervisor must not end because of a request.
    const [pathname = '', query = ''] = (request.url ?? '').split('?');
    const name = `${request.method} ${pathname}`;
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    if (!route) {
      const known = Object.keys(routes).join(', ');
      answer(404, {
        code: 'control.refused',
        message: `There is no ${request.method} ${pathname}.`,
        hint: known,
      });
      return;
    }
    route(new URLSearchParams(query)).then(
      (body) => answer(200, body),
      (error: unknown) => answer(statusOf(error), refusalOf(error)),
    );
  });
  server.maxConnections = mostConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') count(Number.parseInt(status, 10));
    if (!socket.writable) socket.destroy();
    else socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return server;
}

function statusOf(error: unknown): number {
  const code = codeOf(error);
  if (code === 'node.busy') return 409;
  return code && errorCodes[code].disposition === 'reject' ? 422 : 500;
}

function refusalOf(error: unknown) {
  const { hint, findings = [] } = error as Partial<PolarError>;
  return {
    code: codeOf(error) ?? 'control.refused',
    message: messageOf(error),
    ...(hint !== undefined && { hint }),
    ...(findings.length > 0 && { findings }),
  };
}

/** More are closed as they come: whoever asks how the node is does not ask often. */
const mostConnections = 64;

// What a client can hold without asking anything: a connection, for ten seconds.
const bounds = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 16 * 1024,
};
