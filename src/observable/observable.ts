import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, PolarError } from '../model/errors.ts';
import { shopApi } from './shop-api.ts';
import { atStart, isSwitchName, type Shown, type SwitchName, switches, turnSwitch } from './switches.ts';

/** A small service to observe: it is healthy, or says that it is not, at a switch. For trying things out, and the demo. */
export interface Observable {
  /** What it shows now. */
  readonly shown: Shown;
  turn(name: SwitchName): void;
  /** Listens on loopback only; port 0 takes a free one. Resolves to the URL, without a slash at its end. Throws io.failed. */
  listen(port: number): Promise<string>;
  /** Ends connections too, those in the middle of an answer included. */
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly allow?: string;
}

export function createObservable(): Observable {
  let shown = atStart;
  const turn = (name: SwitchName) => {
    shown = turnSwitch(shown, name);
  };
  const server = createServer((request, response) => {
    send(
      request,
      response,
      reply(request.method ?? '', pathOf(request), () => shown, turn),
    );
  });
  return {
    get shown() {
      return shown;
    },
    turn,
    listen: (port) =>
      new Promise((resolve, reject) => {
        const fail = (error: Error) => reject(notListening(port, error));
        server.once('error', fail).listen(port, '127.0.0.1', () => {
          server.off('error', fail);
          resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply(method: string, path: string, shown: () => Shown, turn: (name: SwitchName) => void): Reply {
  if (path.startsWith('/switch/')) {
    const name = path.slice('/switch/'.length);
    if (!isSwitchName(name)) return notFound(path);
    if (method !== 'POST') return notAllowed('POST');
    turn(name);
    // Whoever turned it knows what it shows now; nothing to read keeps a shell's screen clean.
    return { status: 204, body: undefined };
  }
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (!page) return notFound(path);
  return method === 'GET' || method === 'HEAD' ? page(shown()) : notAllowed('GET, HEAD');
}

const pages: Readonly<Record<string, (shown: Shown) => Reply>> = {
  '/': () => ({ status: 200, body: { pages: Object.keys(pages), switches: switchPages() } }),
  '/health': ({ status, version }) => ({ status: status === 'ok' ? 200 : 503, body: { status, version } }),
  '/openapi.json': ({ refunds }) => ({ status: 200, body: shopApi({ refunds }) }),
};

function switchPages(): Record<string, string> {
  return Object.fromEntries(Object.entries(switches).map(([name, does]) => [`POST /switch/${name}`, does]));
}

function notFound(path: string): Reply {
  return { status: 404, body: { error: `there is no ${path}; / lists what there is` } };
}

function notAllowed(allow: string): Reply {
  return { status: 405, allow, body: { error: `only ${allow}` } };
}

function send(request: IncomingMessage, response: ServerResponse, { status, body, allow }: Reply): void {
  // Read to its end and forgotten, so that the connection can be used again.
  request.resume();
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', ...(allow ? { allow } : {}) });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] as string;
}

function notListening(port: number, cause: Error): PolarError {
  return new PolarError(
    'io.failed',
    `The observable cannot listen on 127.0.0.1:${port}: ${messageOf(cause)}.`,
    {
      cause,
      hint: 'Choose another port, or 0 for a free one.',
    },
  );
}
