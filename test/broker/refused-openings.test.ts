import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeGuardedNode } from './guarded-node.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';

/* Nodes that take settings or an environment of their own to be refused. */

const password = 'planted-for-nobody-0b7e';

describeWithBroker('a node that cannot find out where the broker is', () => {
  let node: ReturnType<typeof makeGuardedNode>;
  beforeAll(async () => {
    node = makeGuardedNode({
      settings: [
        'url = amqp://no-broker.invalid',
        'allow_plaintext = true',
        'username = refused',
        `password = \${file:password}`,
      ],
    });
    node.write('password', password);
    await node.start();
  });
  afterAll(() => node.close());

  test('says so, and keeps saying that nothing will be encrypted', async () => {
    const sink = await node.told(
      'the name is unknown',
      ({ link }) => link.lastError?.code === 'broker.unresolved',
    );
    expect(sink.link).toMatchObject({
      warnings: ['plaintext'],
      lastError: { message: expect.stringMatching(/: resolve: no-broker\.invalid has no address/) },
    });
  });
});

describeWithBroker('a node that speaks TLS 1.2', () => {
  const vhost = useVhost();
  let node: ReturnType<typeof makeGuardedNode>;
  beforeAll(async () => {
    const { amqpsPort, ca, certificates } = theBroker();
    node = makeGuardedNode({
      settings: [
        `url = amqps://localhost:${amqpsPort}/${vhost}`,
        'ca = ca.pem',
        'cert = client.pem',
        'key = client.key',
      ],
      env: { NODE_OPTIONS: '--tls-max-v1.2' },
    });
    node.copy('ca.pem', ca);
    node.copyPair(certificates.foreign);
    await node.start();
  });
  afterAll(() => node.close());

  test('is told in the middle of the handshake that its certificate is refused, and comes in with another', async () => {
    const sink = await node.told(
      'the certificate is refused',
      ({ link }) => link.lastError?.code === 'broker.certificate-refused',
    );
    expect(sink.link.lastError?.message).toMatch(/unknown ca/);
    node.copyPair(theBroker().certificates.nextClient);
    await node.told('it is in', ({ link }) => link.state === 'up');
  });
});
