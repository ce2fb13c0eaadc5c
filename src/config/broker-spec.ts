import { brokerUrl } from './broker-url.ts';
import { secretReference } from './secret-reference.ts';
import { hasSecretReference, secretReferencesIn } from './secret-text.ts';
import { duration, flag, integer, oneOf, SettingProblem, text } from './settings.ts';

/** `[broker]` of `polar.ini`. */
export const brokerSpec = {
  doc: 'Where events go. Without a url they stay in the journal.',
  settings: {
    url: {
      read: brokerUrl,
      doc: 'The broker and the virtual host. Plain amqp:// only to this machine, unless allow_plaintext says otherwise.',
      example: 'amqps://rabbit.example.com/polar',
      hides: mayHoldPassword,
    },
    name: {
      read: sinkName,
      doc: 'Of this way out. What was delivered is remembered under it: another name starts from the beginning.',
      example: 'warehouse',
      fallback: 'amqp',
    },
    auth: {
      read: oneOf('plain', 'external'),
      doc: 'By user name and password, or by the client certificate. Default: external with a certificate and no username.',
      example: 'external',
    },
    username: {
      read: userName,
      doc: 'Who this node is to the broker; it may be a reference.',
      example: 'polar',
    },
    password: {
      read: secretReference(),
      doc: 'Where the password is. It is read again when its file changes. Default: POLAR_BROKER_PASSWORD of the environment.',
      example: `\${file:rabbit.password}`,
      secret: true,
    },
    ca: {
      read: text(),
      doc: "A PEM file of the authorities that the broker's certificate is verified by. Default: those that Node.js trusts.",
      example: 'certs/ca.pem',
    },
    cert: {
      read: text(),
      doc: 'A PEM file of the client certificate, with those between it and its authority.',
      example: 'certs/client.pem',
    },
    key: {
      read: text(),
      doc: 'A PEM file of its key.',
      example: 'certs/client.key',
    },
    server_name: {
      read: text(),
      doc: "The name that must be in the broker's certificate. Default: the host of the url.",
      example: 'rabbit.internal',
    },
    allow_plaintext: {
      read: flag(),
      doc: 'Whether amqp:// may leave this machine. Everybody on the way can read it then, the password included.',
      example: 'true',
      fallback: false,
    },
    exchange: {
      read: entityName,
      doc: 'The topic exchange that events are published to, with their subject name as the routing key.',
      example: 'observed',
      fallback: 'polar.events',
    },
    select_exchange: {
      read: entityName,
      doc: 'The headers exchange bound to it, for consumers that select by type, severity or owner.',
      example: 'observed.select',
      fallback: 'polar.select',
    },
    dead_letter_exchange: {
      read: entityName,
      doc: 'Where the queues send what their consumers refuse.',
      example: 'observed.dead',
      fallback: 'polar.dead-letters',
    },
    queues: {
      read: entityName,
      list: true,
      doc: 'Quorum queues that take every event; none for no queue of ours.',
      example: 'audit, archive',
      fallback: ['polar.events'],
      fallbackText: 'polar.events',
    },
    dead_letter_queue: {
      read: entityName,
      doc: 'The quorum queue that keeps dead letters.',
      example: 'observed.dead',
      fallback: 'polar.dead-letters',
    },
    'queue_argument.*': {
      read: queueArgument,
      doc: 'A further argument of the queues, as the broker calls it: a whole number, true, false, or a text.',
      example: 'queue_argument.x-max-length = 1000000',
    },
    declare: {
      read: flag(),
      doc: 'Whether exchanges, queues and bindings are made where they are missing. With false all must be there.',
      example: 'false',
      fallback: true,
    },
    window: {
      read: integer(1, 2048),
      doc: 'Events that may be on their way without a confirmation.',
      example: '500',
      fallback: 256,
    },
    heartbeat: {
      read: duration(1000, 600_000),
      doc: 'How often each side shows that it lives; after two of them in silence the link is lost.',
      example: '30s',
      fallback: 10_000,
      fallbackText: '10s',
    },
    confirm_within: {
      read: duration(100, 600_000),
      doc: 'A link on which a confirmation takes longer is given up, unless the broker has said that it is blocked.',
      example: '1m',
      fallback: 30_000,
      fallbackText: '30s',
    },
    management: {
      read: managementUrl,
      doc: 'The management API, for "pzm bridge check" alone: bindings and policies cannot be seen over AMQP.',
      example: 'https://rabbit.example.com:15671',
      hides: mayHoldPassword,
    },
  },
} as const;

function mayHoldPassword(written: string): boolean {
  return written.includes('@');
}

function sinkName(written: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(written) && written !== 'terminal') return written;
  throw new SettingProblem(
    `must be up to 64 letters, digits, dots, underscores and hyphens, and not "terminal"; it is "${written}"`,
  );
}

function userName(written: string): string {
  if (written === '') throw new SettingProblem('is empty');
  if (hasSecretReference(written) && !secretReferencesIn(written)) {
    throw new SettingProblem(`must be a name, or say where it is, as \${file:PATH} or \${env:NAME}`);
  }
  return written;
}

function entityName(written: string): string {
  const bytes = Buffer.byteLength(written);
  if (bytes >= 1 && bytes <= 255 && !written.startsWith('amq.')) return written;
  throw new SettingProblem(
    'must be a name of 1 to 255 bytes that does not begin with "amq.", which the broker keeps for itself',
  );
}

function queueArgument(written: string, name: string): string | number | boolean {
  if (name === 'x-queue-type' || name === 'x-dead-letter-exchange') {
    throw new SettingProblem(
      'is set by polar-zmanager itself: its queues are quorum queues with dead letters',
    );
  }
  if (written === 'true' || written === 'false') return written === 'true';
  return /^-?\d{1,15}$/.test(written) ? Number(written) : written;
}

function managementUrl(written: string): string {
  const url = URL.canParse(written) && !mayHoldPassword(written) ? new URL(written) : undefined;
  if (url && (url.protocol === 'https:' || url.protocol === 'http:') && url.search === '') {
    return url.href.replace(/\/$/, '');
  }
  throw new SettingProblem(
    'must be a URL such as https://rabbit.example.com:15671, without a user name and a password',
  );
}
