import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckedStep } from '../../src/bridge/amqp/checked-step.ts';
import { pzm } from '../e2e/command.ts';
import type { Pair } from './broker.ts';
import { type OddPorts, openOddPorts } from './odd-servers.ts';
import { formsOf, keyLines } from './planted.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';

/* What "pzm bridge check" says of every way that leads to no broker: each step by its name, and no secret. */

const user = 'checked';
const password = 'planted/for+the check-41aa';
const wrongPassword = 'planted-and-wrong-73c0';

interface Way {
  readonly url?: string;
  readonly ca?: string;
  readonly certificate?: Pair;
  /** Undefined: by certificate alone. */
  readonly passwordFile?: string;
  readonly env?: Readonly<Record<string, string>>;
}

describeWithBroker('pzm bridge check', () => {
  const vhost = useVhost();
  const folder = mkdtempSync(join(tmpdir(), 'polar-check-'));
  let ports: OddPorts;
  const said = new Set<string>();
  const secrets: string[] = [];
  const right = join(folder, 'right');
  const wrong = join(folder, 'wrong');

  beforeAll(async () => {
    const { certificates, management } = theBroker();
    await management.addUser(user, password);
    await management.permit(user, vhost);
    writeFileSync(right, `${password}\n`);
    writeFileSync(wrong, wrongPassword);
    ports = await openOddPorts(theBroker());
    const pairs = [certificates.client, certificates.foreign, certificates.expiredClient];
    secrets.push(...[password, wrongPassword].flatMap(formsOf), ...pairs.flatMap(({ key }) => keyLines(key)));
  });
  afterAll(async () => {
    await ports.close();
    await theBroker().management.deleteUser(user);
    rmSync(folder, { recursive: true, force: true });
  });

  const here = (port: number) => `amqps://localhost:${port}/${vhost}`;
  const run = async (way: Way, format: 'text' | 'json') => {
    const broker = theBroker();
    const { url = here(broker.amqpsPort), ca = broker.ca, certificate, passwordFile, env = {} } = way;
    const args = [
      ...['--broker', url],
      ...(url.startsWith('amqps') ? ['--broker-ca', ca] : []),
      ...(certificate ? ['--broker-cert', certificate.cert, '--broker-key', certificate.key] : []),
      ...(passwordFile ? ['--broker-user', user, '--broker-password-file', passwordFile] : []),
    ];
    writeFileSync(join(folder, 'polar.ini'), '');
    const finished = await pzm(['bridge', 'check', '--verbose', '--format', format, ...args], folder, env);
    const printed = finished.stdout + finished.stderr;
    expect(secrets.filter((secret) => printed.includes(secret))).toEqual([]);
    return finished;
  };
  /** Of both formats, which must agree. */
  const failure = async (way: Way): Promise<CheckedStep> => {
    const [text, json] = await Promise.all([run(way, 'text'), run(way, 'json')]);
    expect([text.code, json.code]).toEqual([1, 1]);
    const steps = JSON.parse(json.stdout) as CheckedStep[];
    const errors = steps.filter(({ state }) => state === 'error');
    expect(errors).toHaveLength(1);
    const [error] = errors as [CheckedStep];
    expect(text.stdout).toContain(error.message);
    expect(text.stdout).toMatch(new RegExp(`^failed +${error.name} `, 'm'));
    expect(text.stdout).toContain(`→ ${error.fix}`);
    return error;
  };
  /** No two ways may end in the same words: whoever reads them must know which one it was. */
  const expectOwnWords = ({ name, message }: CheckedStep) => {
    expect(said).not.toContain(`${name}: ${message}`);
    said.add(`${name}: ${message}`);
  };

  const cases: readonly (readonly [what: string, step: string, message: RegExp, way: () => Way])[] = [
    [
      'a port that takes connections and says nothing',
      'verify',
      /no answer came in time/,
      () => ({ url: here(ports.silence), passwordFile: right }),
    ],
    [
      'a name that nobody knows',
      'resolve',
      /^no-broker\.invalid has no address/,
      () => ({ url: 'amqps://no-broker.invalid', passwordFile: right }),
    ],
    [
      'a port on which nothing listens',
      'connect',
      /nothing listens/,
      () => ({ url: here(1), passwordFile: right }),
    ],
    [
      'the port of plain AMQP',
      'verify',
      /does not speak TLS/,
      () => ({ url: here(theBroker().amqpPort), passwordFile: right }),
    ],
    [
      'a port that speaks TLS, and something else in it',
      'authenticate',
      /does not speak AMQP/,
      () => ({ url: here(ports.website), passwordFile: right }),
    ],
    [
      'an authority that did not sign the certificate',
      'verify',
      /cannot be trusted/,
      () => ({ ca: theBroker().otherCa, passwordFile: right }),
    ],
    [
      'an expired certificate',
      'verify',
      /has expired/,
      () => ({ url: here(ports.expired), passwordFile: right }),
    ],
    [
      'a certificate of another host',
      'verify',
      /is for .*elsewhere\.example.*, not for localhost/,
      () => ({ url: here(ports.elsewhere), passwordFile: right }),
    ],
    [
      'a client certificate that the broker does not trust',
      'authenticate',
      /refuses the client certificate, or misses one \(.*unknown ca/,
      () => ({ certificate: theBroker().certificates.foreign }),
    ],
    [
      'the same with TLS 1.2',
      'verify',
      /refuses the client certificate, or misses one \(.*unknown ca/,
      () => ({
        certificate: theBroker().certificates.foreign,
        env: { NODE_OPTIONS: '--tls-max-v1.2' },
      }),
    ],
    [
      'a client certificate that has expired',
      'authenticate',
      /refuses the client certificate, or misses one \(.*expired/,
      () => ({ certificate: theBroker().certificates.expiredClient }),
    ],
    [
      'a client certificate of nobody',
      'authenticate',
      /does not let this node in/,
      () => ({ certificate: theBroker().certificates.unknownClient }),
    ],
    ['a wrong password', 'authenticate', /does not let this node in/, () => ({ passwordFile: wrong })],
    [
      'a virtual host that is not there',
      'open vhost',
      /"nowhere" is not there, not open to this user, or down/,
      () => ({ url: `amqps://localhost:${theBroker().amqpsPort}/nowhere`, passwordFile: right }),
    ],
  ];
  test.each(cases)('names the step that ends at %s', async (_what, step, message, way) => {
    const error = await failure(way());
    expect(error).toMatchObject({ name: step, message: expect.stringMatching(message) });
    expectOwnWords(error);
  });

  test('names the exchange that the user may not configure', async () => {
    const { management } = theBroker();
    await management.permit(user, vhost, '^$');
    // There is nothing to forbid where there is nothing yet.
    await management.request('PUT', `/exchanges/${vhost}/polar.events`, { type: 'topic', durable: true });
    const error = await failure({ passwordFile: right });
    expect(error).toMatchObject({
      name: 'exchange polar.events',
      message: expect.stringContaining(`refused for user '${user}'`),
      fix: expect.stringContaining('permission'),
    });
    expectOwnWords(error);
    await management.permit(user, vhost);
  });

  test('does not even look at another machine without encryption', async () => {
    for (const args of [['bridge', 'check'], ['up'], ['check']]) {
      const more = args[0] === 'check' ? [] : ['--broker', 'amqp://rabbit.example.com'];
      writeFileSync(
        join(folder, 'polar.ini'),
        '[broker]\nurl = amqp://rabbit.example.com\nusername = polar\n',
      );
      const { code, stdout, stderr } = await pzm([...args, ...more], folder);
      expect([code, stdout + stderr]).toEqual([
        expect.not.toBeOneOf([0, null]),
        expect.stringMatching(/rabbit\.example\.com:5672 is not encrypted.*allow_plaintext/s),
      ]);
    }
  });

  test('finds nothing wrong where nothing is', async () => {
    for (const way of [{ passwordFile: right }, { certificate: theBroker().certificates.client }]) {
      expect(await run(way, 'text')).toMatchObject({
        code: 0,
        stdout: expect.not.stringContaining('failed'),
      });
    }
  });
});
