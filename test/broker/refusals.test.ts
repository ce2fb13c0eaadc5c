import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SinkReport } from '../../src/cli/delivery-text.ts';
import { processesOf } from '../e2e/command.ts';
import { openClient, takeAll } from './amqp-client.ts';
import type { Pair } from './broker.ts';
import { makeGuardedNode } from './guarded-node.ts';
import { type OddPorts, openOddPorts } from './odd-servers.ts';
import { commandLines, filesWith, formsOf, keyLines } from './planted.ts';
import { openSwitchboard, type Switchboard } from './switchboard.ts';
import { describeWithBroker, theBroker } from './the-broker.ts';

/*
 * A running node that is refused in every way there is: each time what is committed waits in the journal, the status and
 * the log name the step and the reason, and it is delivered once that is put right.
 */

const vhost = `refused-${randomBytes(4).toString('hex')}`;
const user = 'refused';
const password = 'planted/for+the node-52bd';
const wrongPassword = 'planted-and-wrong-e190';

describeWithBroker('a node that the broker, or the way to it, refuses', () => {
  let ports: OddPorts;
  const told = new Set<string>();
  let board: Switchboard;
  let node: ReturnType<typeof makeGuardedNode>;
  let pushed = 0;

  beforeAll(async () => {
    const { amqpsPort, certificates, ca, management } = theBroker();
    await management.addUser(user, password);
    ports = await openOddPorts(theBroker());
    board = await openSwitchboard();
    await board.to(amqpsPort);
    node = makeGuardedNode({
      settings: [
        `url = amqps://localhost:${board.port}/${vhost}`,
        'ca = ca.pem',
        'cert = client.pem',
        'key = client.key',
        `username = ${user}`,
        `password = \${file:password}`,
        'exchange = refused.out',
      ],
    });
    node.copy('ca.pem', ca);
    node.copyPair(certificates.client);
    node.write('password', `${password}\n`);
    await node.start();
  });
  afterAll(async () => {
    await node.close();
    await board.close();
    await ports.close();
    await theBroker()
      .management.deleteVhost(vhost)
      .catch(() => {});
    await theBroker().management.deleteUser(user);
  });

  const push = async () => {
    const body = JSON.stringify({ number: ++pushed });
    const { code, stderr } = await node.pzm('push', 'Note', '--key', 'anna.event.note.tea', body);
    expect({ code, stderr }).toMatchObject({ code: 0 });
  };
  /** While it is refused, `push` commits what must not be lost; then it is put right. */
  const refuse = async (code: string, words: RegExp, putRight: () => Promise<void>) => {
    await push();
    const refused = (sink: SinkReport) =>
      newestError(sink)?.code === code && sink.link.state !== 'up' && sink.lag > 0;
    const sink = await node.told(`it is refused with ${code}`, refused);
    const { message = '' } = newestError(sink) ?? {};
    expect(message).toMatch(words);
    const { stdout } = await node.pzm('status', 'bridge');
    expect(stdout).toContain(code);
    expect(node.bridgeLog()).toContainEqual(
      expect.objectContaining({
        event: 'sink.lost',
        err: expect.objectContaining({ code, message: expect.stringMatching(words) }),
      }),
    );
    // No two reasons in the same words, but for the port, which is new each time.
    expect(told).not.toContain(message);
    told.add(message);
    await putRight();
    await node.told('all is delivered', ({ link, lag }) => link.state === 'up' && lag === 0);
  };
  const broker = () => board.to(theBroker().amqpsPort);

  test('without its virtual host it waits until there is one', async () => {
    await refuse('broker.vhost-unknown', /: open vhost: the virtual host "refused-/, async () => {
      await theBroker().management.addVhost(vhost);
      await theBroker().management.permit(user, vhost);
    });
  });

  const places: readonly (readonly [
    what: string,
    code: string,
    words: RegExp,
    port: () => number | 'nobody',
  ])[] = [
    ['nobody', 'broker.unreachable', /: connect: nothing listens/, () => 'nobody'],
    [
      'somebody who says nothing',
      'broker.unreachable',
      /: connect: no answer came in time/,
      () => ports.silence,
    ],
    ['plain AMQP', 'broker.tls-failed', /: verify: .*does not speak TLS/, () => theBroker().amqpPort],
    ['HTTP, in TLS', 'broker.unreachable', /: authenticate: .*does not speak AMQP/, () => ports.website],
    ['an expired certificate', 'broker.certificate-expired', /: verify: .*has expired/, () => ports.expired],
    [
      'a certificate of another host',
      'broker.wrong-host',
      /: verify: .*elsewhere\.example/,
      () => ports.elsewhere,
    ],
  ];
  test.each(places)(
    'with %s at the address it waits until the broker is there',
    async (_what, code, words, port) => {
      await board.to(port());
      await refuse(code, words, broker);
    },
  );

  test('with an authority that did not sign the certificate it waits until the file has the one that did', async () => {
    const { ca, otherCa } = theBroker();
    node.copy('ca.pem', otherCa);
    await broker();
    await refuse('broker.untrusted', /: verify: the certificate cannot be trusted/, async () =>
      node.copy('ca.pem', ca),
    );
  });

  const strangers: readonly (readonly [what: string, words: RegExp, pair: () => Pair])[] = [
    [
      'that the broker does not trust',
      /: authenticate: .*unknown ca/,
      () => theBroker().certificates.foreign,
    ],
    ['that has expired', /: authenticate: .*expired/, () => theBroker().certificates.expiredClient],
  ];
  test.each(strangers)(
    'with a client certificate %s it waits for another file',
    async (_what, words, pair) => {
      node.copyPair(pair());
      await broker();
      await refuse('broker.certificate-refused', words, async () =>
        node.copyPair(theBroker().certificates.client),
      );
    },
  );

  test('with a wrong password it waits for the right one', async () => {
    node.write('password', wrongPassword);
    await broker();
    await refuse('broker.auth-refused', /: authenticate: the broker does not let this node in/, async () =>
      node.write('password', password),
    );
  });

  const permissions: readonly (readonly [what: string, words: RegExp, configure: string, write: string])[] = [
    ['make', /: declare: exchange refused\.out: access to exchange/, '^$', '.*'],
    ['publish to', /: publish: access to exchange 'refused\.out'/, '.*', '^(?!refused\\.out$)'],
  ];
  test.each(permissions)('of an exchange that it may not %s it says so, and waits', async (...args) => {
    const [, words, configure, write] = args;
    const { management } = theBroker();
    await management.permit(user, vhost, configure, write);
    await broker();
    await refuse('broker.permission-denied', words, () => management.permit(user, vhost));
  });

  test('nothing of all that is lost, twice, out of order, or set aside', async () => {
    const client = await openClient(theBroker(), vhost);
    const bodies = await takeAll(client, 'polar.events');
    await client.close();
    const numbers = bodies
      .map((body) => JSON.parse(body) as { type: string; data: { number: number } })
      .filter(({ type }) => type === 'polar.flow.Note.noted')
      .map(({ data }) => data.number);
    expect(numbers).toEqual(Array.from({ length: pushed }, (_, index) => index + 1));
    expect(await node.told('nothing is set aside', () => true)).toMatchObject({ quarantined: 0 });
  });

  test('and none of the secrets is anywhere but in its file', async () => {
    const { certificates } = theBroker();
    const keys = [certificates.client, certificates.foreign, certificates.expiredClient];
    const secrets = [
      ...[password, wrongPassword].flatMap(formsOf),
      ...keys.flatMap(({ key }) => keyLines(key)),
    ];
    expect(secrets.length).toBeGreaterThan(8);
    for (const args of [
      ['status'],
      ['config'],
      ['doctor'],
      ['audit'],
      ['dlq', 'list'],
      ['bridge', 'check'],
    ]) {
      const { stdout } = await node.pzm(...args, '--verbose');
      expect(stdout).not.toBe('');
    }
    const supervisor = (await processesOf(node.folder)).find(({ role }) => role === 'supervisor');
    const lines = commandLines(supervisor?.pid ?? 0);
    expect(lines.length).toBeGreaterThan(5);
    await node.pzm('down');
    const holds = (text: string) => secrets.some((secret) => text.includes(secret));
    expect([...node.printed, ...lines].filter(holds)).toEqual([]);
    const { found, looked } = filesWith(secrets, node.folder);
    expect(looked).toBeGreaterThan(5);
    expect(found.map((path) => path.slice(node.folder.length + 1)).sort()).toEqual([
      'client.key',
      'password',
    ]);
  });
});

function newestError({ link, lastError }: SinkReport) {
  const errors = [link.lastError, lastError ?? undefined].filter((error) => error !== undefined);
  return errors.sort((one, other) => other.time - one.time)[0];
}
