import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthority } from '../../src/certificates/authority.ts';
import { openClient, takeAll } from './amqp-client.ts';
import type { Pair } from './broker.ts';
import { makeGuardedNode } from './guarded-node.ts';
import { type NoteStream, reckonNotes, startNotes } from './note-stream.ts';
import { filesWith, formsOf, keyLines } from './planted.ts';
import { openSwitchboard, type Switchboard } from './switchboard.ts';
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';
import { until } from './waiting.ts';

/* Certificates, authorities and passwords that change under a running node, while events flow through it all. */

const user = 'rotated';
const passwords = ['planted/the+first-8c31', 'planted/the+second-d40f'] as const;
const day = 86_400_000;

describeWithBroker('a node whose credentials change while events flow', () => {
  const vhost = useVhost();
  let board: Switchboard;
  let node: ReturnType<typeof makeGuardedNode>;
  let notes: NoteStream;
  let front: TcpProxy;

  beforeAll(async () => {
    const { amqpsPort, certificates, ca, management } = theBroker();
    await management.addUser(user, passwords[0]);
    await management.permit(user, vhost);
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
      ],
    });
    node.copy('ca.pem', ca);
    node.copyPair(certificates.client);
    node.write('password', passwords[0]);
    await node.start();
    notes = startNotes(join(node.folder, 'run'));
  });
  afterAll(async () => {
    await notes?.stop().catch(() => {});
    await node.close();
    await board.close();
    await front?.close();
    await theBroker().management.deleteUser(user);
  });

  /** As the broker lists them. */
  const links = async (): Promise<string[]> => {
    const listed = (await theBroker().management.request('GET', `/vhosts/${vhost}/connections`)) as {
      name: string;
      client_properties: { connection_name?: string };
    }[];
    const ours = listed.filter(({ client_properties: { connection_name: name } }) =>
      name?.startsWith('polar-zmanager'),
    );
    return ours.map(({ name }) => name);
  };
  const onlyLink = async (): Promise<string> => {
    await until('the broker lists one link', async () => (await links()).length === 1);
    return String((await links())[0]);
  };
  /** Another link has taken over, and events go through it. */
  const renewed = async (before: string) => {
    await until('another link has taken over', async () => {
      const names = await links();
      return names.length === 1 && names[0] !== before;
    });
    await flows();
  };
  const flows = async () => {
    const { newest } = await node.told('the link is up', ({ link }) => link.state === 'up');
    await notes.more(50);
    await node.told('events go on', ({ link, cursor }) => link.state === 'up' && cursor > newest + 25);
  };
  /** The link stays, and the status says what is wrong with the files. */
  const stays = async (name: string, code: string, words: RegExp) => {
    const sink = await node.told(`the change is no good: ${code}`, ({ link }) =>
      words.test(link.lastError?.message ?? ''),
    );
    expect(sink.link).toMatchObject({ state: 'up', lastError: { code } });
    await flows();
    expect(await links()).toEqual([name]);
  };

  test('takes up a new certificate, and not before all of it is there', async () => {
    const { client, nextClient } = theBroker().certificates;
    const before = await onlyLink();
    const text = readFileSync(nextClient.cert, 'utf8');
    node.write('client.pem', text.slice(0, text.length / 2));
    await stays(before, 'broker.tls-failed', /cannot be used/);
    node.copy('client.pem', nextClient.cert);
    await stays(before, 'broker.tls-failed', /is not the key of the certificate/);
    node.copy('client.key', nextClient.key);
    await renewed(before);
    const [now] = await links();
    node.copyPair(client);
    await renewed(String(now));
  });

  test('takes up a further authority, with which the broker may change its certificate', async () => {
    const { ca, amqpPort, amqpsPort } = theBroker();
    const [pair, authority] = await otherServer(node.folder);
    const old = readFileSync(ca, 'utf8');
    front = await openTcpProxy(amqpPort, pair);
    const before = await onlyLink();
    node.write('ca.pem', `${old}\n${authority}`);
    await renewed(before);
    await board.to(front.port);
    await flows();
    const between = await onlyLink();
    node.write('ca.pem', authority);
    await renewed(between);
    // The way back is refused for as long as the old one is missing.
    await board.to(amqpsPort);
    await node.told('the broker is not trusted', ({ link }) => link.lastError?.code === 'broker.untrusted');
    node.write('ca.pem', `${authority}\n${old}`);
    await flows();
  });

  test('takes up a new password, and keeps its link while there is a wrong one', async () => {
    const before = await onlyLink();
    await theBroker().management.addUser(user, passwords[1]);
    node.write('password', passwords[1].slice(0, 10));
    await stays(before, 'broker.auth-refused', /authenticate/);
    node.write('password', `${passwords[1]}\n`);
    await renewed(before);
    // It is not by the old one that it would come in again.
    await board.to(theBroker().amqpsPort);
    await flows();
  });

  test('none of it has cost an event, or its order, or has told a secret', async () => {
    const accepted = await notes.stop();
    await node.told('all is delivered', ({ lag }) => lag === 0);
    await node.pzm('down');
    expect(notes.accepted()).toBeGreaterThan(400);
    const client = await openClient(theBroker(), vhost);
    const arrived = await takeAll(client, 'polar.events');
    await client.close();
    expect(reckonNotes(accepted, arrived)).toEqual({ lost: [], forged: [], late: [] });

    const { certificates } = theBroker();
    const secrets = [
      ...passwords.flatMap(formsOf),
      ...[certificates.client, certificates.nextClient].flatMap(({ key }) => keyLines(key)),
    ];
    expect(node.printed.filter((text) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
    const { found } = filesWith(secrets, node.folder);
    expect(found.sort()).toEqual(['client.key', 'password'].map((name) => join(node.folder, name)));
    const log = readFileSync(join(node.folder, '.polar', 'logs', 'polar.log'), 'utf8');
    expect(log).toMatch(/"event":"link.renewal-failed".*"broker.auth-refused"/);
    expect(log).toContain('"event":"link.renewed"');
  });
});

/** A certificate for this machine by an authority of its own, in files, and the authority's own. */
async function otherServer(folder: string): Promise<[pair: Pair, authority: string]> {
  const validity = { from: new Date(Date.now() - day), to: new Date(Date.now() + day) };
  const authority = await createAuthority('The next authority', validity);
  const { cert, key } = await authority.issue({
    commonName: 'broker',
    use: 'server',
    names: ['localhost'],
    validity,
  });
  const pair = { cert: join(folder, 'next-server.pem'), key: join(folder, 'next-server.key') };
  writeFileSync(pair.cert, cert);
  writeFileSync(pair.key, key);
  return [pair, authority.cert];
}
