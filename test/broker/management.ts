import type { BrokerAddress } from './broker.ts';

export interface QueueState {
  readonly name: string;
  readonly type: string;
  readonly messages: number;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** The broker's HTTP API, as far as tests need it. A request that fails rejects with its status and the broker's reason. */
export class Management {
  readonly #base: string;
  readonly #authorization: string;
  readonly #username: string;

  constructor({ host, managementPort, username, password }: BrokerAddress) {
    this.#base = `http://${host}:${managementPort}/api`;
    this.#authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    this.#username = username;
  }

  /** `path` after `/api`, its parts already escaped. */
  async request(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.#send(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  async answers(): Promise<boolean> {
    try {
      return (await this.#send('GET', '/overview')).ok;
    } catch {
      return false;
    }
  }

  async version(): Promise<string> {
    return ((await this.request('GET', '/overview')) as { rabbitmq_version: string }).rabbitmq_version;
  }

  /** Whether an alarm of memory or disk is raised. */
  async alarm(): Promise<boolean> {
    const { status } = await this.#send('GET', '/health/checks/local-alarms');
    return status !== 200;
  }

  /** Without a password it can only come by certificate. */
  async addUser(name: string, password: string | undefined, tags = ''): Promise<void> {
    const secret = password === undefined ? { password_hash: '' } : { password };
    await this.request('PUT', `/users/${encodeURIComponent(name)}`, { ...secret, tags });
  }

  async deleteUser(name: string): Promise<void> {
    await this.request('DELETE', `/users/${encodeURIComponent(name)}`);
  }

  /** The administrator and `bridge` may do everything in it. */
  async addVhost(name: string): Promise<void> {
    await this.request('PUT', `/vhosts/${encodeURIComponent(name)}`, {});
    for (const user of [this.#username, 'bridge']) await this.permit(user, name);
  }

  async deleteVhost(name: string): Promise<void> {
    await this.request('DELETE', `/vhosts/${encodeURIComponent(name)}`);
  }

  /** Regular expressions of the names that the user may configure, write and read. */
  async permit(user: string, vhost: string, configure = '.*', write = '.*', read = '.*'): Promise<void> {
    const path = `/permissions/${encodeURIComponent(vhost)}/${encodeURIComponent(user)}`;
    await this.request('PUT', path, { configure, write, read });
  }

  async queues(vhost: string): Promise<QueueState[]> {
    return (await this.request('GET', `/queues/${encodeURIComponent(vhost)}`)) as QueueState[];
  }

  async deleteQueue(vhost: string, name: string): Promise<void> {
    await this.request('DELETE', `/queues/${encodeURIComponent(vhost)}/${encodeURIComponent(name)}`);
  }

  async deleteExchange(vhost: string, name: string): Promise<void> {
    await this.request('DELETE', `/exchanges/${encodeURIComponent(vhost)}/${encodeURIComponent(name)}`);
  }

  /** The broker ends every connection of the vhost, as an operator would. */
  async closeConnections(vhost: string): Promise<number> {
    const path = `/vhosts/${encodeURIComponent(vhost)}/connections`;
    const connections = (await this.request('GET', path)) as { name: string }[];
    for (const { name } of connections) await this.#closeConnection(name);
    return connections.length;
  }

  /** One that is only just there may be listed and cannot be closed yet, which the broker calls an error of its own. */
  async #closeConnection(name: string): Promise<void> {
    const path = `/connections/${encodeURIComponent(name)}`;
    for (let attempt = 1; ; attempt++) {
      const response = await this.#send('DELETE', path);
      const text = await response.text();
      if (response.ok || response.status === 404) return;
      if (response.status < 500 || attempt === 20)
        throw new Error(`DELETE ${path}: ${response.status} ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  #send(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.#base}${path}`, {
      method,
      headers: { authorization: this.#authorization, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}
