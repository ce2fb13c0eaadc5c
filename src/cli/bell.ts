import { createWake, type Wake } from '../journal/wake.ts';
import { findNode, request } from '../topology/control-client.ts';
import type { Listener, Published } from '../transport/bell.ts';

/** Where the bell rings changes with every life of the integration manager; nobody tells a command, so it asks. */
const askEveryMs = 2000;

export interface OpenBell {
  readonly wake: Wake;
  close(): void;
}

/** Who wants to know more than that it rang. */
export interface Hearing {
  /** With each ring. */
  readonly heard?: (message: Published) => void;
  /** Whether a node runs: said at first, and when it changes. */
  readonly nodeIs?: (isUp: boolean) => void;
}

/**
 * Rings when the integration manager publishes on one of the topics (prefixes, as ZeroMQ matches them). A ring
 * that is missed costs a second: who listens here reads the journal anyway.
 */
export async function openBell(
  project: { readonly dataDir: string },
  topics: readonly string[],
  { heard = () => {}, nodeIs = () => {} }: Hearing = {},
): Promise<OpenBell> {
  const wake = createWake();
  let listener: Listener | undefined;
  let heardAt: string | undefined;
  let wasUp: boolean | undefined;
  let hasRung = false;
  let isClosed = false;
  const listen = async () => {
    // What rings need not be asked for: a busy node is left alone.
    if (hasRung) {
      hasRung = false;
      return;
    }
    const endpoint = await eventsEndpoint(project);
    if (isClosed) return;
    const isUp = endpoint !== undefined;
    if (isUp !== wasUp) nodeIs(isUp);
    wasUp = isUp;
    if (!isUp || endpoint === heardAt) return;
    heardAt = endpoint;
    listener?.close();
    const { Listener } = await import('../transport/bell.ts');
    listener = new Listener(endpoint, topics);
    void listener.receive((message) => {
      hasRung = true;
      heard(message);
      wake.ring();
    });
    wake.ring();
  };
  await listen();
  const timer = setInterval(() => void listen(), askEveryMs);
  return {
    wake,
    close() {
      isClosed = true;
      clearInterval(timer);
      listener?.close();
    },
  };
}

/** Undefined while no node runs, or it is between two lives. */
async function eventsEndpoint(project: { readonly dataDir: string }): Promise<string | undefined> {
  const node = findNode(project);
  if (!node) return undefined;
  try {
    const { body } = await request(node.controlSocket, 'GET', '/status');
    return (body as { endpoints?: { events?: string } }).endpoints?.events;
  } catch {
    return undefined;
  }
}
