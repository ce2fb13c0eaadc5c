import { urlOf } from '../config/listen-address.ts';
import { readCredential } from '../config/secret.ts';
import { PolarError } from '../model/errors.ts';
import { request } from '../topology/control-client.ts';
import { controlPath, gatewayPath } from '../topology/endpoints.ts';
import type { NodeStatus } from '../topology/node.ts';
import type { ChildConfiguration } from '../topology/wire.ts';
import { createGateway, type GatewayOptions } from './gateway.ts';
import { listenForPushes } from './gateway-server.ts';
import { createGuard } from './guard.ts';
import { createViews } from './views.ts';

/** The gateway at its places: a socket for the user of the node, and an address for those with credentials. */
export interface Gateways {
  /** Of the address; undefined when there is none. */
  readonly url: string | undefined;
  /** How often each status was answered. */
  answers(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

type Own = Pick<ChildConfiguration, 'runDir' | 'projectDir' | 'settings'>;

/** @throws io.failed */
export async function openGateways(
  { runDir, projectDir, settings: { gateway } }: Own,
  options: GatewayOptions,
): Promise<Gateways> {
  const answers: Record<string, number> = {};
  const count = (status: number) => {
    answers[status] = (answers[status] ?? 0) + 1;
  };
  const shared: GatewayOptions = {
    ...options,
    views: createViews(() => askSupervisor(controlPath(runDir))),
    onAnswer: count,
  };
  const servers = [await listenForPushes(gatewayPath(runDir), createGateway(shared), {}, count)];
  if (gateway) {
    const { token, hmacKey, listen } = gateway;
    const guard = createGuard({
      readToken: token && (() => readCredential(token, projectDir)),
      readKey: hmacKey && (() => readCredential(hmacKey, projectDir)),
      now: Date.now,
    });
    servers.push(await listenForPushes(listen, createGateway({ ...shared, guard }), {}, count));
  }
  const address = servers.find((server) => server.address)?.address;
  return {
    url: address && urlOf(address),
    answers: () => answers,
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

// As "pzm status" asks: when somebody wants to know, and never otherwise.
async function askSupervisor(controlSocket: string): Promise<NodeStatus> {
  const { status, body } = await request(controlSocket, 'GET', '/status', undefined, 2000);
  if (status !== 200) throw new PolarError('control.refused', 'The supervisor does not say how the node is.');
  return body as NodeStatus;
}
