import { SettingProblem } from './settings.ts';

/** Where the gateway listens besides its socket. */
export interface ListenAddress {
  /** An address of this machine's own loop: nobody else reaches it. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`, or a `SettingProblem` that says what to write instead. */
export function listenAddress(written: string): ListenAddress {
  const [, inBrackets, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(written) ?? [];
  const host = inBrackets ?? (plain === 'localhost' ? '127.0.0.1' : plain);
  const port = Number(digits);
  if (host === undefined || digits === undefined || port > 65_535) {
    throw new SettingProblem(`must be an address and a port such as 127.0.0.1:8080, not "${written}"`);
  }
  if (host !== '::1' && !/^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(host)) {
    throw new SettingProblem(
      `must be of this machine's own loop (127.0.0.1, [::1]), not "${written}": what it says is not encrypted; ` +
        'to be reached from elsewhere, put a proxy that speaks TLS in front of it',
    );
  }
  return { host, port };
}

/** `http://127.0.0.1:8080` */
export function urlOf({ host, port }: ListenAddress): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
