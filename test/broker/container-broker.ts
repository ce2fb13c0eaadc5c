import type { BrokerAddress, Engine } from './broker.ts';
import type { BrokerFiles } from './broker-files.ts';

/** Made by scripts/rabbitmq-image.sh. */
const ownImage = 'polar-rabbitmq:test';
const officialImage = 'rabbitmq:3.13-management';

/** The containers remove themselves, by hand of the tests: no container that watches over others is pulled. */
async function testcontainers() {
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= '127.0.0.1';
  return import('testcontainers');
}

/** The image to run, if an engine answers and has it or can get it. Elsewhere engines do not share the machine's network. */
export async function findImage(): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const { getContainerRuntimeClient, ImageName } = await testcontainers();
  const client = await getContainerRuntimeClient().catch(() => undefined);
  if (!client) return undefined;
  const named = process.env['POLAR_RABBITMQ_IMAGE'];
  const names = named ? [named] : [ownImage, officialImage];
  for (const name of names) if (await client.image.exists(ImageName.fromString(name))) return name;
  const wanted = named ?? officialImage;
  const pulled = await client.image.pull(ImageName.fromString(wanted)).then(
    () => true,
    () => false,
  );
  return pulled ? wanted : undefined;
}

/**
 * The container shares the machine's network: it listens on loopback only, keeps its ports over a restart (mapped ones are
 * dealt anew), and needs neither a bridge nor packet filters. It is started once, so that its engine can start it again.
 */
export async function createContainer(
  image: string,
  address: BrokerAddress,
  files: BrokerFiles,
): Promise<string> {
  const { GenericContainer } = await testcontainers();
  const started = await new GenericContainer(image)
    .withNetworkMode('host')
    .withEnvironment({ ...files.env, RABBITMQ_LOGS: '-' })
    .withCopyFilesToContainer(files.copies.map((copy) => ({ ...copy, mode: 0o644 })))
    .withLabels({
      'polar.broker': String(address.amqpPort),
      'polar.run': process.env['POLAR_TEST_RUN'] ?? '',
    })
    .start();
  return started.getId();
}

export function engineOfContainer({ handle: id }: BrokerAddress): Engine {
  const runtime = async () => {
    const { getContainerRuntimeClient } = await testcontainers();
    const { container: containers } = await getContainerRuntimeClient();
    return { containers, container: containers.getById(id) };
  };
  const isRunning = async () => (await (await runtime()).container.inspect()).State.Running;
  return {
    async start() {
      if (!(await isRunning())) await (await runtime()).container.start();
    },
    async stop() {
      const { containers, container } = await runtime();
      await containers.stop(container, { timeout: 60_000 });
    },
    async kill() {
      const { container } = await runtime();
      if (!(await isRunning())) return;
      await container.kill({ signal: 'SIGKILL' });
      await container.wait();
    },
    async pause() {
      await (await runtime()).container.pause();
    },
    async resume() {
      await (await runtime()).container.unpause();
    },
    async rabbitmqctl(args) {
      const { containers, container } = await runtime();
      const done = await containers.exec(container, ['rabbitmqctl', '-q', ...args]);
      if (done.exitCode !== 0) throw new Error(`rabbitmqctl ${args.join(' ')}: ${done.output}`);
      return done.stdout;
    },
    async log() {
      const { containers, container } = await runtime();
      let text = '';
      for await (const chunk of await containers.logs(container)) text += String(chunk);
      return text;
    },
    async remove() {
      await (await runtime()).container.remove({ force: true, v: true });
    },
  };
}
