import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createDevCertificates } from '../../../src/certificates/dev-certificates.ts';

/* What docker-compose.yml and its files say of one another and of the product. test/broker/compose.test.ts starts it. */

const root = fileURLToPath(new URL('../../../', import.meta.url));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const compose = textOf('docker-compose.yml');
const broker = textOf('compose/rabbitmq.conf');
const found = (text: string, pattern: RegExp) => Array.from(text.matchAll(pattern), ([, what = '']) => what);

describe('docker-compose.yml', () => {
  it('publishes ports on loopback only', () => {
    const ports = found(compose, /^ {6}- '([^']*:\d+)'$/gm);
    expect(ports).toHaveLength(2);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('gives each service a file system that it cannot write, and no capability that it does not name', () => {
    const services = compose.split(/^ {2}(?=[\w-]+:$)/m).filter((part) => part.includes('image:'));
    expect(services).toHaveLength(3);
    for (const service of services) {
      for (const line of ['read_only: true', 'cap_drop: [ALL]', "security_opt: ['no-new-privileges:true']"])
        expect(service.split('\n')).toContain(`    ${line}`);
      for (const bind of found(service, /\{ (type: bind, .*) \}/g)) expect(bind).toMatch(/read_only: true$/);
    }
  });

  it('mounts files that are there, and those that a project with certificates has', () => {
    const sources = found(compose, /type: bind, source: '?([^',]+)'?,/g);
    const own = sources.filter((source) => source.startsWith('./'));
    expect(own.filter((source) => !existsSync(join(root, source)))).toEqual([]);
    expect(own).toHaveLength(3);
    const ofProject = found(sources.join('\n'), /\$\{POLAR_PROJECT:-\.\/watch\}\/(.*)/g);
    expect(ofProject.sort()).toEqual([
      'actionmappings',
      'certs',
      'components',
      'flows',
      'polar.ini',
      'policies',
    ]);
  });
});

describe('the broker in it', () => {
  it('listens where it is published and asked, and lets nobody in without a certificate', () => {
    expect(broker).toMatch(/^listeners\.tcp = none$/m);
    expect(broker).toMatch(/^ssl_options\.fail_if_no_peer_cert = true$/m);
    expect(found(broker, /^auth_mechanisms\.\d+ = (.*)$/gm)).toEqual(['EXTERNAL']);
    const [port] = found(broker, /^listeners\.ssl\.default = (\d+)$/gm);
    expect(compose).toContain(`:${port}'`);
    expect(compose).toContain(`'check_port_listener', '${port}'`);
    expect(compose).toContain(`amqps://rabbitmq:${port}`);
  });

  it('has the files that are handed to it', () => {
    const [given = ''] = found(compose, /-m 0400 (.*) \/for-broker$/gm);
    const read = found(broker, /^ssl_options\.\w+file = \/certs\/(.*)$/gm);
    expect(read.sort()).toEqual(given.split(' ').sort());
  });

  it('knows the user of the client certificate, by no password', async () => {
    const { clientName, serverNames } = await createDevCertificates('anna', new Date());
    const { users, permissions } = JSON.parse(textOf('compose/definitions.json')) as {
      users: { name: string; password_hash: string }[];
      permissions: { user: string; configure: string; write: string; read: string }[];
    };
    expect(users).toEqual([expect.objectContaining({ name: clientName, password_hash: '' })]);
    expect(permissions.map(({ user }) => user)).toEqual([clientName]);
    for (const right of ['configure', 'write', 'read'] as const) {
      const pattern = new RegExp(permissions[0]?.[right] ?? '');
      for (const name of ['polar.events', 'polar.select', 'polar.dead-letters', 'polar.example'])
        expect(name).toMatch(pattern);
      expect('amq.topic').not.toMatch(pattern);
    }
    expect(serverNames).toContain('rabbitmq');
  });
});
