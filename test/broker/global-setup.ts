import type { TestProject } from 'vitest/node';
import { addressOf, type BrokerAddress, openBroker } from './broker.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null where none could be had. */
    broker: BrokerAddress | null;
  }
}

const missing = `
╔══════════════════════════════════════════════════════════════════════════════════════════════════╗
║  NOT TESTED: delivery to RabbitMQ. There is neither a Docker engine with an image of it, nor     ║
║  rabbitmq-server on this machine, so every test in test/broker was left out.                     ║
║  The whole suite, which gets one where it may:  npm run test:all                                 ║
╚══════════════════════════════════════════════════════════════════════════════════════════════════╝
`;

/** One broker for the whole project, since its start takes seconds; each test file has vhosts of its own in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = await openBroker();
  if (!broker && process.env['POLAR_BROKER_TESTS'] === 'required')
    throw new Error(
      'POLAR_BROKER_TESTS=required, but there is no RabbitMQ: neither a Docker engine with an image of it' +
        ' (see scripts/rabbitmq-image.sh) nor rabbitmq-server. Run: npm run test:all',
    );
  project.provide('broker', broker ? addressOf(broker) : null);
  if (broker) console.log(`RabbitMQ ${broker.version}, ${broker.kind}, amqps port ${broker.amqpsPort}`);
  else console.warn(missing);
  return async () => {
    await broker?.close();
    if (!broker) console.warn(missing);
  };
}
