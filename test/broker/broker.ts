import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFiles } from './broker-files.ts';
import { createContainer, engineOfContainer, findImage } from './container-broker.ts';
import { freePorts } from './free-ports.ts';
import { Management } from './management.ts';
import { engineOfProcess, findServer } from './private-broker.ts';
import { accepts, until } from './waiting.ts';

export interface Pair {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

/** All that a process needs to use, stop and start the broker: plain data, so that it can be handed to test workers. */
export interface BrokerAddress {
  readonly kind: 'container' | 'private';
  /** Of a container, its id; of a private broker, the folder of the program. */
  readonly handle: string;
  readonly folder: string;
  readonly version: string;
  readonly host: '127.0.0.1';
  readonly amqpPort: number;
  readonly amqpsPort: number;
  readonly managementPort: number;
  /** An administrator, for SASL PLAIN. */
  readonly username: string;
  readonly password: string;
  /** The path of the authority's certificate, which signed everything in `certificates` but `foreign`. */
  readonly ca: string;
  /** Another authority's, which signed `foreign` and nothing that the broker shows. */
  readonly otherCa: string;
  readonly certificates: Certificates;
}

export interface Certificates {
  /** The broker's own, for localhost and 127.0.0.1. */
  readonly server: Pair;
  /** For servers of a test's own, in front of the plain port. */
  readonly expiredServer: Pair;
  readonly otherHostServer: Pair;
  /** For SASL EXTERNAL: the common name is the user `bridge`. */
  readonly client: Pair;
  /** The same user's next one. */
  readonly nextClient: Pair;
  readonly expiredClient: Pair;
  /** Trusted, but the broker has no such user. */
  readonly unknownClient: Pair;
  /** The user `bridge` by an authority that the broker does not trust. */
  readonly foreign: Pair;
}

export interface Broker extends BrokerAddress {
  readonly management: Management;
  /** Resolves with what it printed; rejects unless it ended well. */
  rabbitmqctl(...args: string[]): Promise<string>;
  /** Resolves when all of its ports accept connections. Ports and data are those from before. */
  start(): Promise<void>;
  /** Politely; resolves when it is gone. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Its processes stand still: connections stay open and nobody answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Resolves when the alarm is raised, or gone: until then publishers are blocked. */
  setMemoryAlarm(on: boolean): Promise<void>;
  log(): Promise<string>;
  /** Ends it and removes everything that it left. */
  close(): Promise<void>;
}

/** What runs the broker. It may be asked for by any process that has the address. */
export interface Engine {
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  rabbitmqctl(args: readonly string[]): Promise<string>;
  log(): Promise<string>;
  remove(): Promise<void>;
}

/**
 * A RabbitMQ of its own: a container where a Docker engine has or can get an image, else a private process.
 * POLAR_BROKER_KIND=container or =private allows only that. Undefined if neither can be had.
 */
export async function openBroker(): Promise<Broker | undefined> {
  const wanted = process.env['POLAR_BROKER_KIND'];
  const image = wanted === 'private' ? undefined : await findImage();
  const program = wanted === 'container' || image !== undefined ? undefined : findServer();
  if (image === undefined && program === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'polar-broker-'));
  try {
    const place = { folder, inContainer: image !== undefined };
    const { address, files } = await makeFiles({ ...place, ports: await freePorts(5) });
    const handle = image ? await createContainer(image, address, files) : (program as string);
    const broker = attachBroker({ ...address, kind: image ? 'container' : 'private', handle });
    try {
      await broker.start();
      await broker.management.addUser('bridge', undefined);
      return attachBroker({ ...addressOf(broker), version: await broker.management.version() });
    } catch (error) {
      const said = await broker.log().catch(String);
      await broker.close();
      throw new Error(`The broker did not start:\n${said.slice(-4000)}`, { cause: error });
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A second hold on a broker that another process opened, and will close. */
export function attachBroker(address: BrokerAddress): Broker {
  const engine = address.kind === 'container' ? engineOfContainer(address) : engineOfProcess(address);
  const management = new Management(address);
  const start = async () => {
    await engine.start();
    await until(`the broker accepts connections`, () => isReady(address, management), 300_000);
  };
  return {
    ...address,
    ...engine,
    management,
    rabbitmqctl: (...args) => engine.rabbitmqctl(args),
    start,
    async restart() {
      await engine.stop();
      await start();
    },
    async setMemoryAlarm(on) {
      await engine.rabbitmqctl(['set_vm_memory_high_watermark', on ? '0' : '0.6']);
      await until(`the memory alarm is ${on ? 'on' : 'off'}`, async () => (await management.alarm()) === on);
    },
    async close() {
      await engine.remove();
      rmSync(address.folder, { recursive: true, force: true });
    },
  };
}

/** The data alone, as it may be handed to another process. */
export function addressOf(broker: Broker): BrokerAddress {
  const entries = Object.entries(broker).filter(
    ([key, value]) => typeof value !== 'function' && key !== 'management',
  );
  return Object.fromEntries(entries) as unknown as BrokerAddress;
}

async function isReady(address: BrokerAddress, management: Management): Promise<boolean> {
  if (!(await management.answers())) return false;
  const open = await Promise.all([address.amqpPort, address.amqpsPort].map((port) => accepts(port)));
  return open.every(Boolean);
}
