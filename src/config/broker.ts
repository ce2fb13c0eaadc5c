import { type BrokerUrl, formatBrokerUrl, isLoopback } from './broker-url.ts';
import type { SecretReference } from './secret-reference.ts';

/** The link to a broker as `polar.ini` and the command line have it. Plain data: it never holds a secret. */
export interface BrokerSettings {
  /** Of the sink. */
  readonly name: string;
  readonly url: BrokerUrl;
  readonly auth: 'plain' | 'external';
  /** A text that may refer to secrets (secret-text.ts). */
  readonly username: string | undefined;
  readonly password: SecretReference | undefined;
  /** Files of PEM; relative ones begin in the project's folder. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
  readonly allowPlaintext: boolean;
  readonly topology: BrokerTopology;
  /** Events that may be without a confirmation. */
  readonly window: number;
  readonly heartbeatMs: number;
  readonly confirmWithinMs: number;
  /** URL of the management API. */
  readonly management: string | undefined;
}

/** What must be there, or is made, on the broker. */
export interface BrokerTopology {
  readonly exchange: string;
  readonly selectExchange: string;
  readonly deadLetterExchange: string;
  readonly queues: readonly string[];
  readonly deadLetterQueue: string;
  readonly queueArguments: Readonly<Record<string, string | number | boolean>>;
  /** False: nothing is made. */
  readonly declare: boolean;
}

/** What the command line and its environment say above the file. Paths are absolute. */
export type BrokerOverrides = Partial<
  Pick<BrokerSettings, 'url' | 'username' | 'password' | 'ca' | 'cert' | 'key'>
>;

/** Settings that do not go together. `key` is the one to change. */
export interface BrokerProblem {
  readonly key: string;
  readonly code: 'config.invalid-value' | 'config.plaintext';
  readonly message: string;
}

/** Where the password is unless a setting says otherwise. */
export const passwordVariable = 'POLAR_BROKER_PASSWORD';

/**
 * The settings of `[broker]` as one whole, or undefined where no url is set: events stay in the journal then.
 * `values` are by key as broker-spec.ts has them, fallbacks filled in; one that could not be read is missing.
 */
export function settleBroker(
  values: Readonly<Record<string, unknown>>,
  above: BrokerOverrides = {},
): { broker: BrokerSettings | undefined; problems: readonly BrokerProblem[] } {
  const value = <T>(key: string): T => values[key] as T;
  const url = above.url ?? value<BrokerUrl | undefined>('url');
  if (!url) return { broker: undefined, problems: [] };
  const cert = above.cert ?? value<string | undefined>('cert');
  const username = above.username ?? value<string | undefined>('username');
  const auth = value<'plain' | 'external' | undefined>('auth') ?? (cert && !username ? 'external' : 'plain');
  const broker: BrokerSettings = {
    name: value('name'),
    url,
    auth,
    username,
    password: above.password ?? value('password') ?? defaultPassword(username),
    ca: above.ca ?? value('ca'),
    cert,
    key: above.key ?? value('key'),
    serverName: value('server_name'),
    allowPlaintext: value('allow_plaintext'),
    topology: topologyOf(value),
    window: value('window'),
    heartbeatMs: value('heartbeat'),
    confirmWithinMs: value('confirm_within'),
    management: value('management'),
  };
  return { broker, problems: problemsOf(broker) };
}

function topologyOf(value: <T>(key: string) => T): BrokerTopology {
  return {
    exchange: value('exchange'),
    selectExchange: value('select_exchange'),
    deadLetterExchange: value('dead_letter_exchange'),
    queues: (value<readonly string[] | undefined>('queues') ?? []).filter((name) => name !== 'none'),
    deadLetterQueue: value('dead_letter_queue'),
    queueArguments: value('queue_argument') ?? {},
    declare: value('declare'),
  };
}

function defaultPassword(username: string | undefined): SecretReference | undefined {
  return username === undefined ? undefined : { from: 'env', name: passwordVariable };
}

function problemsOf(broker: BrokerSettings): BrokerProblem[] {
  const { url, auth, username, cert, key, ca, serverName, allowPlaintext, management } = broker;
  const invalid = (name: string, message: string): BrokerProblem => ({
    key: name,
    code: 'config.invalid-value',
    message: `"${name}" ${message}`,
  });
  const problems: BrokerProblem[] = [];
  if (!url.isTls && !isLoopback(url) && !allowPlaintext) {
    problems.push({ key: 'url', code: 'config.plaintext', message: plaintextText(url) });
  }
  if (management?.startsWith('http:') && !allowPlaintext && !isLoopback({ host: hostOf(management) })) {
    problems.push(
      invalid('management', 'would send the password in plain text to another machine; write https://'),
    );
  }
  if (cert && !key) problems.push(invalid('cert', 'needs its "key"'));
  if (key && !cert) problems.push(invalid('key', 'needs its "cert"'));
  if (!url.isTls && (cert || ca || serverName)) {
    const name = cert ? 'cert' : ca ? 'ca' : 'server_name';
    problems.push(
      invalid(name, 'is of no use with amqp://, which is not encrypted; write amqps:// in "url"'),
    );
  }
  if (auth === 'external' && !cert) {
    problems.push(invalid('auth', 'external is by client certificate: set "cert" and "key"'));
  }
  if (auth === 'plain' && !username) {
    problems.push(
      invalid(
        'username',
        cert
          ? 'is needed with auth = plain'
          : 'is needed, or a client certificate: set "username" and "password", or "cert" and "key"',
      ),
    );
  }
  return problems;
}

/** Also the words of the link itself, which refuses as well. */
export function plaintextText(url: BrokerUrl): string {
  return `${formatBrokerUrl(url)} is not encrypted and leads to another machine; write amqps://, or allow_plaintext = true if everybody on the way may read it`;
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}
