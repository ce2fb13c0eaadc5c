import { describe, expect, it } from 'vitest';
import { brokerArguments, brokerOverrides, brokerSettingsAbove } from '../../../src/cli/broker-flags.ts';
import type { BrokerOverrides } from '../../../src/config/broker.ts';
import { brokerUrl, formatBrokerUrl } from '../../../src/config/broker-url.ts';
import { effectiveSettings } from '../../../src/config/effective.ts';
import { parsePolarIni } from '../../../src/config/polar-ini.ts';
import { formatFinding } from '../../../src/model/finding.ts';

const parse = (text: string, above?: BrokerOverrides) =>
  parsePolarIni(`[broker]\n${text}\n`, 'polar.ini', above);
const brokerOf = (text: string, above?: BrokerOverrides) => parse(text, above).polar.settings.broker;
const problems = (text: string) => parse(text).findings.map(formatFinding);

describe('the url of a broker', () => {
  it.each([
    ['amqps://rabbit', { isTls: true, host: 'rabbit', port: 5671, vhost: '/' }],
    ['amqp://127.0.0.1/', { isTls: false, host: '127.0.0.1', port: 5672, vhost: '/' }],
    ['amqps://rabbit:7/polar', { isTls: true, host: 'rabbit', port: 7, vhost: 'polar' }],
    ['amqps://[::1]:5671/a%2Fb', { isTls: true, host: '::1', port: 5671, vhost: 'a/b' }],
  ])('%s names scheme, host, port and virtual host', (written, url) => {
    expect(brokerUrl(written)).toEqual(url);
    expect(brokerUrl(formatBrokerUrl(url))).toEqual(url);
  });

  it.each([
    '',
    'rabbit',
    'https://rabbit',
    'amqps://',
    'amqps://h/a/b',
    'amqps://h?heartbeat=3',
    'amqps://h/%',
  ])('"%s" is refused', (written) => expect(() => brokerUrl(written)).toThrow(/^must (?:be|have|end)/));

  it.each([
    'amqps://polar:hunter2@rabbit',
    'amqps://hunter2@rabbit',
    'hunter2@',
    'amqps://a:hunter2@[',
    'amqps://r/hunter2@',
  ])('that may hold a password is refused without a word of it', (written) => {
    expect(() => brokerUrl(written)).toThrow(/user name and a password/);
    expect(() => brokerUrl(written)).not.toThrow(/hunter2/);
  });
});

describe('[broker]', () => {
  it('is nothing without a url', () => {
    expect(brokerOf('exchange = other')).toBeUndefined();
    expect(brokerOf('window = 7', { username: 'polar' })).toBeUndefined();
  });

  it('needs a url and who this node is; the rest has defaults', () => {
    expect(parse('url = amqps://rabbit\nusername = polar')).toMatchObject({
      findings: [],
      refusal: undefined,
    });
    expect(brokerOf('url = amqps://rabbit\nusername = polar')).toEqual({
      name: 'amqp',
      url: { isTls: true, host: 'rabbit', port: 5671, vhost: '/' },
      auth: 'plain',
      username: 'polar',
      password: { from: 'env', name: 'POLAR_BROKER_PASSWORD' },
      ca: undefined,
      cert: undefined,
      key: undefined,
      serverName: undefined,
      allowPlaintext: false,
      topology: {
        exchange: 'polar.events',
        selectExchange: 'polar.select',
        deadLetterExchange: 'polar.dead-letters',
        queues: ['polar.events'],
        deadLetterQueue: 'polar.dead-letters',
        queueArguments: {},
        declare: true,
      },
      window: 256,
      heartbeatMs: 10_000,
      confirmWithinMs: 30_000,
      management: undefined,
    });
  });

  it('is by client certificate where one is set and no user name', () => {
    const pair = 'url = amqps://rabbit\ncert = c.pem\nkey = c.key';
    expect(brokerOf(pair)).toMatchObject({ auth: 'external', password: undefined });
    expect(brokerOf(`${pair}\nusername = polar`)).toMatchObject({ auth: 'plain' });
    expect(brokerOf(`${pair}\nusername = polar\nauth = external`)).toMatchObject({ auth: 'external' });
  });

  it.each([
    ['none', []],
    ['', []],
    ['audit, archive', ['audit', 'archive']],
  ])('queues = %s', (written, queues) => {
    expect(brokerOf(`url = amqp://localhost\nusername = x\nqueues = ${written}`)?.topology.queues).toEqual(
      queues,
    );
  });

  it('passes further arguments of queues on, each as what it is', () => {
    const text = `url = amqp://localhost\nusername = x
queue_argument.x-max-length = 1000\nqueue_argument.x-single-active-consumer = true\nqueue_argument.x-overflow = reject-publish`;
    expect(brokerOf(text)?.topology.queueArguments).toEqual({
      'x-max-length': 1000,
      'x-single-active-consumer': true,
      'x-overflow': 'reject-publish',
    });
    expect(problems(`${text}\nqueue_argument.x-queue-type = classic`)).toEqual([
      expect.stringContaining('set by polar-zmanager itself'),
    ]);
  });

  it.each([
    ['url = amqps://r', 2, '"username" is needed, or a client certificate'],
    ['url = amqps://r\ncert = c.pem\nusername = x', 3, '"cert" needs its "key"'],
    ['url = amqps://r\nkey = c.key\nusername = x', 3, '"key" needs its "cert"'],
    ['url = amqps://r\nauth = external', 3, '"auth" external is by client certificate'],
    ['url = amqp://localhost\nusername = x\nca = ca.pem', 4, '"ca" is of no use with amqp://'],
    [
      'url = amqp://rabbit\nusername = x',
      2,
      'amqp://rabbit:5672 is not encrypted and leads to another machine',
    ],
    ['url = amqps://polar:hunter2@r', 2, '"url" must be without a user name and a password'],
    ['url = amqps://r\nusername = x\npassword = hunter2', 4, '"password" must say where the secret is'],
    ['url = amqps://r\nusername = x\nexchange = amq.topic', 4, '"exchange" must be a name'],
    ['url = amqps://r\nusername = x\nname = terminal', 4, '"name" must be up to 64 letters'],
    ['url = amqps://r\nusername = x\nmanagement = http://r:15672', 4, '"management" would send the password'],
    ['url = amqps://r\nusername = x\nmanagement = https://a:hunter2@r', 4, '"management" must be a URL'],
  ])('with %j has a problem in line %i', (text, line, says) => {
    const [problem = '', ...more] = problems(text);
    expect(problem).toMatch(new RegExp(`^polar\\.ini:${line}:`));
    expect(problem).toContain(says);
    expect(problem).not.toContain('hunter2');
    expect(more).toEqual([]);
  });

  it.each(['amqp://localhost', 'amqp://127.0.0.1', 'amqp://[::1]'])('may be plain to %s', (url) => {
    expect(problems(`url = ${url}\nusername = x`)).toEqual([]);
  });

  it('may be plain to another machine when it says so', () => {
    expect(problems('url = amqp://rabbit\nusername = x\nallow_plaintext = true')).toEqual([]);
  });

  it('is not shown where it may hold a password', () => {
    const shown = JSON.stringify(
      effectiveSettings('[broker]\nurl = amqps://polar:hunter2@r\nmanagement = http://a:hunter2@b', {}, {}),
    );
    expect(shown).not.toContain('hunter2');
    expect(shown).toContain('(hidden)');
  });
});

describe('the flags of the broker', () => {
  const flags = {
    broker: 'amqps://other/v',
    brokerCa: 'ca.pem',
    brokerCert: '/c.pem',
    brokerKey: '/c.key',
    brokerUser: 'flagged',
    brokerPasswordFile: 'p',
  };

  it('stand above the file; their paths begin in the current folder', () => {
    const above = brokerOverrides(flags, '/work');
    expect(brokerOf('url = amqps://rabbit\nusername = polar\nwindow = 7', above)).toMatchObject({
      url: { host: 'other', vhost: 'v' },
      username: 'flagged',
      password: { from: 'file', path: '/work/p' },
      ca: '/work/ca.pem',
      cert: '/c.pem',
      window: 7,
    });
  });

  it('are handed on to a node in the background, which works in another folder', () => {
    const args = brokerArguments({ ...flags, workers: 3 }, '/work');
    expect(args).toContain('--broker-password-file');
    expect(args[args.indexOf('--broker-password-file') + 1]).toBe('/work/p');
    expect(args[args.indexOf('--broker') + 1]).toBe('amqps://other/v');
    expect(brokerArguments({})).toEqual([]);
  });

  it('say where the password is, never what it is', () => {
    expect(brokerSettingsAbove(flags)).toContainEqual({
      name: 'brokerPasswordFile',
      setting: 'broker.password',
      value: `\${file:p}`,
      flag: '--broker-password-file',
    });
    expect(() => brokerOverrides({ broker: 'amqps://a:hunter2@b' })).toThrow(/--broker must be without/);
    expect(() => brokerOverrides({ broker: 'amqps://a:hunter2@b' })).not.toThrow(/hunter2/);
  });

  it('refuse plain text to another machine with a code of its own', () => {
    const above = brokerOverrides({ broker: 'amqp://rabbit', brokerUser: 'x' });
    const { findings, refusal } = parsePolarIni('', 'polar.ini', above);
    expect(findings).toEqual([]);
    expect(refusal).toMatchObject({ code: 'broker.plaintext-refused' });
  });

  it('that do not go together are a wrong call', () => {
    const { refusal } = parsePolarIni(
      '',
      'polar.ini',
      brokerOverrides({ broker: 'amqps://r', brokerCert: 'c' }),
    );
    expect(refusal).toMatchObject({ code: 'usage.invalid' });
  });
});
