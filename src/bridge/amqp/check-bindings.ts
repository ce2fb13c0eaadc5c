import type { BrokerSettings } from '../../config/broker.ts';
import type { BrokerCredentials } from '../../config/broker-files.ts';
import { messageOf } from '../../model/errors.ts';
import { type CheckedStep, ok, unseen, warning } from './checked-step.ts';

const answerWithinMs = 10_000;

interface Binding {
  readonly destination: string;
  readonly destination_type: 'queue' | 'exchange';
}

interface Exchange {
  readonly policy?: string | null;
}

/** What AMQP does not show: who takes the events, and whether a policy has put an alternate exchange behind us. */
export async function checkBindings(
  settings: BrokerSettings,
  credentials: BrokerCredentials,
): Promise<CheckedStep[]> {
  const { management, topology } = settings;
  const step = 'bindings and policies';
  if (management === undefined) {
    const fix = 'To have them looked at, set "management" under [broker].';
    return [unseen(step, 'not looked at: they cannot be seen over AMQP', fix)];
  }
  if (credentials.username === undefined || credentials.password === undefined) {
    const fix = 'Set "username" and "password" of a user with the tag "management".';
    return [unseen(step, 'not looked at: the management API takes a user name and a password', fix)];
  }
  try {
    return await ask(settings, topology.exchange, await openApi(settings, credentials));
  } catch (error) {
    const fix = 'Check "management" under [broker], and that the user has the tag "management".';
    return [unseen(step, `not looked at: ${management} says: ${messageOf(error)}`, fix)];
  }
}

/** Undefined where there is no such thing. */
type Api = (path: string) => Promise<unknown>;

async function ask({ url }: BrokerSettings, name: string, api: Api): Promise<CheckedStep[]> {
  const [vhost, exchange] = [encodeURIComponent(url.vhost), encodeURIComponent(name)];
  const found = (await api(`/exchanges/${vhost}/${exchange}`)) as Exchange | undefined;
  if (!found) return [ok('bindings', `none yet: exchange ${name} is not there`)];
  return [await bindingStep(name, vhost, api), await policyStep(name, vhost, found, api)];
}

async function bindingStep(name: string, vhost: string, api: Api): Promise<CheckedStep> {
  const of = async (source: string) =>
    ((await api(`/exchanges/${vhost}/${encodeURIComponent(source)}/bindings/source`)) ?? []) as Binding[];
  const queues = new Set<string>();
  const seen = new Set<string>([name]);
  for (const source of seen) {
    for (const { destination, destination_type } of await of(source)) {
      if (destination_type === 'queue') queues.add(destination);
      else seen.add(destination);
    }
  }
  if (queues.size > 0) return ok('bindings', `events can reach ${[...queues].sort().join(', ')}`);
  const fix = `Bind a queue to ${name}, or name one as "queues" under [broker].`;
  return warning('bindings', 'no queue is bound: every event would be set aside as unroutable', fix);
}

async function policyStep(name: string, vhost: string, { policy }: Exchange, api: Api): Promise<CheckedStep> {
  if (!policy) return ok('policies', `none on exchange ${name}`);
  const { definition = {} } = ((await api(`/policies/${vhost}/${encodeURIComponent(policy)}`)) ?? {}) as {
    definition?: Readonly<Record<string, unknown>>;
  };
  const alternate = definition['alternate-exchange'];
  if (alternate === undefined)
    return ok('policies', `"${policy}" on exchange ${name} sets no alternate exchange`);
  return warning(
    'policies',
    `"${policy}" gives exchange ${name} the alternate exchange "${alternate}": events that no queue takes go there, and count as delivered`,
    'Take the alternate exchange out of the policy.',
  );
}

async function openApi(settings: BrokerSettings, credentials: BrokerCredentials): Promise<Api> {
  const { Agent, request } = await import('undici');
  const { ca, username, password } = credentials;
  const dispatcher = new Agent({ connect: { ...(ca !== undefined && { ca }) }, keepAliveTimeout: 1 });
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return async (path) => {
    const { statusCode, body } = await request(`${settings.management}/api${path}`, {
      dispatcher,
      headers: { authorization },
      signal: AbortSignal.timeout(answerWithinMs),
    });
    if (statusCode === 404) return void (await body.dump());
    if (statusCode === 200) return await body.json();
    await body.dump();
    throw new Error(statusCode === 401 ? 'the user is not let in (401)' : `status ${statusCode}`);
  };
}
