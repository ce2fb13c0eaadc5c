import type { ChannelModel } from 'amqplib';
import type { BrokerSettings } from '../../config/broker.ts';
import { type BrokerCredentials, readBrokerCredentials } from '../../config/broker-files.ts';
import { codeOf, messageOf, type PolarError } from '../../model/errors.ts';
import { checkBindings } from './check-bindings.ts';
import { checkNetwork } from './check-network.ts';
import { checkTopology } from './check-topology.ts';
import { type CheckedStep, failed, ok, unseen } from './checked-step.ts';
import { closeConnection, openConnection } from './connection.ts';

/**
 * Walks the way to the broker as the bridge would, and ends with the first step of the link that fails. It publishes
 * nothing and makes nothing.
 */
export async function checkBroker(settings: BrokerSettings, baseDir: string): Promise<CheckedStep[]> {
  let credentials: BrokerCredentials;
  try {
    credentials = readBrokerCredentials(settings, baseDir);
  } catch (error) {
    return [failure('credentials', error)];
  }
  const network = await checkNetwork(settings, credentials);
  if (network.some(({ state }) => state === 'error')) return network;
  const { steps, connection } = await checkLogin(settings, credentials);
  if (!connection) return [...network, ...steps];
  try {
    const topology = await checkTopology(connection, settings);
    const bindings = await checkBindings(settings, credentials);
    return [...network, ...steps, ...topology, ...bindings];
  } finally {
    await closeConnection(connection);
  }
}

async function checkLogin(
  settings: BrokerSettings,
  credentials: BrokerCredentials,
): Promise<{ steps: CheckedStep[]; connection: ChannelModel | undefined }> {
  const { auth, url } = settings;
  const as = auth === 'external' ? 'by the client certificate' : 'by user name and password';
  const authenticated = ok('authenticate', as);
  try {
    const connection = await openConnection(settings, credentials);
    // What breaks from here on shows in the step that is under way.
    connection.on('error', () => {});
    return { steps: [authenticated, ok('open vhost', `"${url.vhost}"`)], connection };
  } catch (error) {
    const isVhost = codeOf(error) === 'broker.vhost-unknown';
    const steps = isVhost
      ? [authenticated, failure('open vhost', error)]
      : [failure('authenticate', error), unseen('open vhost', 'not reached')];
    return { steps, connection: undefined };
  }
}

/** What was thrown names the broker and the step, which stand beside it here. */
function failure(step: string, error: unknown): CheckedStep {
  const { hint = 'See the log of the broker.' } = error as Partial<PolarError>;
  const text = messageOf(error).replace(/^amqps?:\/\/\S+: [a-z ]+: /, '');
  return failed(step, text, hint);
}
