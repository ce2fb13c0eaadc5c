// The whole suite, nothing left out: gets what the tests need where it may (as root, by apt), a RabbitMQ above all, runs
// `npm test`, and ends what it started. POLAR_BROKER_KIND=container or =private takes only that kind of broker.
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answers, openEngine } from './test-all/docker-engine.mjs';
import { has, install, isRoot, mayInstall, need, runs, say } from './test-all/machine.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ownImage = 'polar-rabbitmq:test';
const image = process.env.POLAR_RABBITMQ_IMAGE ?? ownImage;
const run = randomUUID();

process.exitCode = await main().catch((error) => {
  console.error(error.message);
  return 1;
});

async function main() {
  for (const [command, packageName] of [
    ['openssl', 'openssl'],
    ['python3', 'python3'],
    ['nginx', 'nginx-light'],
    ['tmux', 'tmux'],
  ])
    need(command, packageName);
  const { kind, close } = await openMeans(wantedKind());
  say(`RabbitMQ: ${kind === 'container' ? `a container of ${image}` : 'a private rabbitmq-server'}`);
  try {
    return await test(kind);
  } finally {
    if (answers()) removeContainers();
    await close();
  }
}

/** Where everything may be installed, the way that most users' own tests would take is the one that must work. */
function wantedKind() {
  return process.env.POLAR_BROKER_KIND || (process.env.CI === 'true' && isRoot ? 'container' : undefined);
}

async function openMeans(wanted) {
  if (wanted !== 'private' && process.platform === 'linux') {
    const close = await openEngine(prepareImage, runsImage);
    if (close) {
      needCompose();
      return { kind: 'container', close };
    }
    if (wanted === 'container')
      throw new Error(
        'RabbitMQ in a container is required here (POLAR_BROKER_KIND=container, or root with CI=true), and it cannot be' +
          ' had: see above. POLAR_BROKER_KIND=private takes a private rabbitmq-server instead.',
      );
    say('no container then: looking for rabbitmq-server');
  }
  if (hasServer() || (install('rabbitmq-server') && hasServer()))
    return { kind: 'private', close: async () => {} };
  throw new Error(
    'The whole suite needs a RabbitMQ: a Docker engine that this user may use, or the program rabbitmq-server.\n' +
      'Run this as root on Debian or Ubuntu, and it installs one; else e.g.: brew install rabbitmq\n' +
      'Without one, npm test leaves out the tests that need it, and says so.',
  );
}

/** Where it cannot be had, only the test of docker-compose.yml is left out, and says so. */
function needCompose() {
  if (runs('docker', ['compose', 'version'], { quiet: true }) || has('docker-compose')) return;
  if (!install('docker-compose')) say('there is no docker compose');
}

function hasServer() {
  return existsSync('/usr/lib/rabbitmq/bin/rabbitmq-server') || has('rabbitmq-server');
}

/** The system's own packages where they may be had: they need no registry. */
function prepareImage() {
  if (runs('docker', ['image', 'inspect', image], { quiet: true })) return true;
  if (image !== ownImage || !mayInstall) return runs('docker', ['pull', image]);
  if (!has('mmdebstrap') && !install('mmdebstrap')) return false;
  say(`making ${ownImage}: a minute or two`);
  return runs(join(root, 'scripts', 'rabbitmq-image.sh'), [ownImage]);
}

function runsImage() {
  return runs('docker', ['run', '--rm', '--network', 'host', image, 'true']);
}

/** The tests get the signals of the terminal themselves; what was started for them is ended after they are. */
function test(kind) {
  const env = {
    ...process.env,
    POLAR_BROKER_TESTS: 'required',
    POLAR_BROKER_KIND: kind,
    POLAR_RABBITMQ_IMAGE: image,
    POLAR_TEST_RUN: run,
    TESTCONTAINERS_RYUK_DISABLED: 'true',
  };
  const child = spawn('npm', ['test', '--', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit', env });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Those that tests which were killed could not remove. */
function removeContainers() {
  const filter = ['ps', '--all', '--quiet', '--filter', `label=polar.run=${run}`];
  const left = spawnSync('docker', filter, { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
  if (left.length > 0) runs('docker', ['rm', '--force', '--volumes', ...left], { quiet: true });
}
