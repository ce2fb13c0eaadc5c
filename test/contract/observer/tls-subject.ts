import { tls } from '../../../src/observers/tls.ts';
import type { Place, Subject } from '../observer.ts';
import * as servers from './servers.ts';

const placeOf = async (
  opened: Promise<servers.TestServer>,
  settings: Readonly<Record<string, string>> = {},
): Promise<Place> => {
  const { url, close } = await opened;
  return { settings: { host: new URL(url).host, ...settings }, close };
};

export const tlsSubject: Subject = {
  kind: tls,
  healthy: () => placeOf(servers.serve(servers.neverAnswers, 'https')),
  measures: ['days_left', 'latency_ms'],
  // Waits for the request's head, which a handshake is not.
  slow: () => placeOf(servers.serve(servers.neverAnswers)),
  faults: [
    [
      'a server without TLS',
      'tls',
      () => placeOf(servers.welcome((socket) => socket.write('220 hello\r\n'))),
    ],
    ['a server that hangs up at once', 'reset', () => placeOf(servers.welcome((socket) => socket.end()))],
    [
      'a server that resets at once',
      'reset',
      () => placeOf(servers.welcome((socket) => socket.resetAndDestroy())),
    ],
    [
      'a server that pours out bytes',
      'tls',
      () => placeOf(servers.welcome((socket) => socket.write(Buffer.alloc(50_000_000, 22)))),
    ],
    [
      'a file of authorities that is not there',
      'unreadable',
      () => placeOf(servers.serve(servers.neverAnswers, 'https'), { ca: '/nowhere/ca.pem' }),
    ],
    [
      'a file of authorities without a certificate',
      'unreadable',
      () => placeOf(servers.serve(servers.neverAnswers, 'https'), { ca: '/etc/hosts' }),
    ],
    [
      'a file of authorities without an end',
      'unreadable',
      () => placeOf(servers.serve(servers.neverAnswers, 'https'), { ca: '/dev/zero' }),
    ],
    ['a closed port', 'refused', () => closedPort()],
    [
      'a name that does not exist',
      'unresolvable',
      async () => ({ settings: { host: 'x.invalid' }, close: async () => {} }),
    ],
  ],
  identity: {
    settings: { host: 'Shop.Example.com', server_name: 'API.example.com' },
    group: 'shop.example.com:443',
    resource: 'tls://shop.example.com:443?server_name=api.example.com',
  },
};

async function closedPort(): Promise<Place> {
  const place = await placeOf(servers.serve(servers.neverAnswers));
  await place.close();
  return { ...place, close: async () => {} };
}
