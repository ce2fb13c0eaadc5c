import { fileURLToPath } from 'node:url';
import { createViteServer } from 'vitest/node';

/** The RabbitMQ of the tests, in a container or a private one; its module is TypeScript, which vitest's own loader reads. */
export async function openTestBroker() {
  const server = await createViteServer({
    root: fileURLToPath(new URL('../../..', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  let broker;
  try {
    const { openBroker } = await server.ssrLoadModule('/test/broker/broker.ts');
    broker = await openBroker();
  } catch (error) {
    await server.close();
    throw error;
  }
  if (!broker) {
    await server.close();
    throw new Error('There is no RabbitMQ: neither a Docker engine with an image of it nor rabbitmq-server.');
  }
  return {
    ...broker,
    async close() {
      await broker.close();
      await server.close();
    },
  };
}
