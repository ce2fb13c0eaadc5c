import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** The services of docker-compose.yml, with images that are made from what is on this machine. */
export interface Composed {
  /** Runs `docker compose` with these arguments and gives what it printed. Throws what went wrong. */
  run(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

export interface ComposeOptions {
  /** A folder of its own, that is thrown away. */
  readonly folder: string;
  readonly project: string;
  readonly ports: readonly [amqps: number, management: number];
}

const brokerImage = process.env['POLAR_RABBITMQ_IMAGE'] ?? 'polar-rabbitmq:test';

/** What is missing on this machine; undefined where nothing is. */
export async function missingForCompose(): Promise<string | undefined> {
  if (!(await works('docker', ['version']))) return 'a Docker engine';
  if (!(await composeCommand())) return 'docker compose, or docker-compose';
  if (!(await works('docker', ['image', 'inspect', brokerImage]))) return `the image ${brokerImage}`;
  return undefined;
}

/** Starts nothing yet. */
export async function openCompose(options: ComposeOptions): Promise<Composed> {
  const { folder, project, ports } = options;
  const [amqps, management] = ports;
  const name = `polar-compose-${process.pid}`;
  const image = `${name}:test`;
  await buildNodeImage(join(folder, 'image'), image);
  const override = join(folder, 'override.yml');
  writeFileSync(override, mountedProduct());
  const [command = '', ...first] = (await composeCommand()) ?? [];
  const files = ['-p', name, '-f', join(repository, 'docker-compose.yml'), '-f', override];
  const env = {
    ...process.env,
    POLAR_PROJECT: project,
    POLAR_RABBITMQ_IMAGE: brokerImage,
    POLAR_IMAGE: image,
    POLAR_NODE: 'anna',
    POLAR_AMQPS_PORT: String(amqps),
    POLAR_MANAGEMENT_PORT: String(management),
  };
  const run = (...args: string[]) => call(command, [...first, ...files, ...args], env);
  return {
    run,
    async close() {
      try {
        await run('down', '--volumes', '--remove-orphans', '--timeout', '20');
      } finally {
        await call('docker', ['image', 'rm', '--force', image]);
      }
    },
  };
}

/**
 * An image with this process's own Node.js, on the system that the broker's image has: no registry is asked. The product
 * itself is mounted.
 */
async function buildNodeImage(context: string, image: string): Promise<void> {
  mkdirSync(context);
  copyFileSync(process.execPath, join(context, 'node'));
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM ${brokerImage}
USER root
COPY node /usr/local/bin/node
RUN mkdir -p /project/.polar && chown -R 1000:1000 /project
USER 1000:1000
WORKDIR /project
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["up"]
`,
  );
  await call('docker', ['build', '--quiet', '--tag', image, context]);
}

function mountedProduct(): string {
  const mounts = ['dist', 'node_modules', 'package.json', 'flows', 'actionmappings', 'policies'].map((name) =>
    JSON.stringify({
      type: 'bind',
      source: realpathSync(join(repository, name)),
      target: `/app/${name}`,
      read_only: true,
    }),
  );
  return `services:\n  pipeline:\n    volumes:\n${mounts.map((mount) => `      - ${mount}\n`).join('')}`;
}

/** The plugin of the Docker client, or the program of its own that came before it. */
async function composeCommand(): Promise<readonly string[] | undefined> {
  for (const [command, ...args] of [['docker', 'compose'] as const, ['docker-compose'] as const]) {
    if (await works(command, [...args, 'version'])) return [command, ...args];
  }
  return undefined;
}

const works = (command: string, args: readonly string[]): Promise<boolean> =>
  call(command, args).then(
    () => true,
    () => false,
  );

/** @returns what it printed; what it rejects with says what the command said of its failure */
async function call(command: string, args: readonly string[], env = process.env): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { env, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
