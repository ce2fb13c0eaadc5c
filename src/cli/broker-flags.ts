import { resolve } from 'node:path';
import type { BrokerOverrides } from '../config/broker.ts';
import { brokerUrl } from '../config/broker-url.ts';
import { SettingProblem } from '../config/settings.ts';
import { PolarError } from '../model/errors.ts';
import type { OptionSpec } from './command.ts';

/**
 * What `up` and its like can be told of the broker. None has a reader: what commander says of a value that cannot be
 * read repeats the value, and people put passwords into URLs.
 */
export const brokerOptions: readonly OptionSpec[] = [
  { flags: '--broker <url>', doc: 'where events go: amqps://host[:port][/vhost]' },
  { flags: '--broker-ca <file>', doc: 'the authorities that its certificate is verified by, as PEM' },
  { flags: '--broker-cert <file>', doc: 'the client certificate, as PEM' },
  { flags: '--broker-key <file>', doc: 'its key, as PEM' },
  { flags: '--broker-user <name>', doc: 'the user name' },
  {
    flags: '--broker-password-file <file>',
    doc: 'where the password is; without it, in POLAR_BROKER_PASSWORD',
  },
];

interface BrokerFlags {
  readonly broker?: string;
  readonly brokerCa?: string;
  readonly brokerCert?: string;
  readonly brokerKey?: string;
  readonly brokerUser?: string;
  readonly brokerPasswordFile?: string;
}

/** By the key of `[broker]` that it stands above. */
const keyOf: Readonly<Record<keyof BrokerFlags, string>> = {
  broker: 'url',
  brokerCa: 'ca',
  brokerCert: 'cert',
  brokerKey: 'key',
  brokerUser: 'username',
  brokerPasswordFile: 'password',
};
const names = Object.keys(keyOf) as (keyof BrokerFlags)[];

/** @throws usage.invalid, without what was written */
export function brokerOverrides(
  options: Readonly<Record<string, unknown>>,
  cwd = process.cwd(),
): BrokerOverrides {
  const flags = options as BrokerFlags;
  const { broker, brokerUser: username, brokerPasswordFile } = flags;
  const file = (path: string) => resolve(cwd, path);
  return {
    ...(broker !== undefined && { url: readUrl(broker) }),
    ...(flags.brokerCa !== undefined && { ca: file(flags.brokerCa) }),
    ...(flags.brokerCert !== undefined && { cert: file(flags.brokerCert) }),
    ...(flags.brokerKey !== undefined && { key: file(flags.brokerKey) }),
    ...(username !== undefined && { username }),
    ...(brokerPasswordFile !== undefined && {
      password: { from: 'file', path: file(brokerPasswordFile) } as const,
    }),
  };
}

/** The same for another command line, from another folder. */
export function brokerArguments(options: Readonly<Record<string, unknown>>, cwd = process.cwd()): string[] {
  return names.flatMap((name) => {
    const value = (options as BrokerFlags)[name];
    if (value === undefined) return [];
    const isPath = name !== 'broker' && name !== 'brokerUser';
    return [flagOf(name), isPath ? resolve(cwd, value) : value];
  });
}

/** Those that were given: the setting, its value as the file would say it, and the flag. */
export function brokerSettingsAbove(
  options: Readonly<Record<string, unknown>>,
): { name: keyof BrokerFlags; setting: string; value: string; flag: string }[] {
  return names.flatMap((name) => {
    const written = (options as BrokerFlags)[name];
    if (written === undefined) return [];
    const value = name === 'brokerPasswordFile' ? `\${file:${written}}` : written;
    return [{ name, setting: `broker.${keyOf[name]}`, value, flag: flagOf(name) }];
  });
}

/** `--broker-password-file` */
function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function readUrl(written: string) {
  try {
    return brokerUrl(written);
  } catch (problem) {
    if (!(problem instanceof SettingProblem)) throw problem;
    const hint = 'A user name goes into --broker-user, a password into a file: --broker-password-file.';
    throw new PolarError('usage.invalid', `--broker ${problem.message}.`, { hint });
  }
}
