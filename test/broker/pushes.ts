import { randomUUID } from 'node:crypto';
import { request } from '../../src/topology/control-client.ts';
import { gatewayPath } from '../../src/topology/endpoints.ts';

/** What a project needs so that each push becomes one event. */
export const pushedFlow = {
  'flows/note.ini': '[Note]\n?Note?Push\nSubject?Note?keep\nRelay?Note@PUBLISH?noted\n??done\n',
  'actionmappings/note.ini': '[actionmapping]\nSubject?Note?keep = Relay.pass\n',
} as const;

export interface Note {
  readonly key: string;
  /** Rises by one per key. */
  readonly number: number;
  readonly severity: 'high' | 'low';
  readonly owner: string;
}

/** Notes under several keys, one after the other under each, for as long as it is not stopped. */
export interface Pushes {
  /** Those that the node has given its word for: `tea 7`. */
  accepted(): readonly string[];
  /** Any note, under a key of its own. */
  one(key: string, text: string): Promise<void>;
  /** Resolves when so many more are accepted. */
  more(count: number): Promise<void>;
  /** Resolves when none is under way any more. */
  stop(): Promise<void>;
}

const keys = ['tea', 'milk', 'jam', 'salt'];
/** So that a broker that is away for long does not leave more than a test can look through. */
const pauseMs = 50;
const bodySize = 200;

export function startPushes(runDir: string): Pushes {
  const socket = gatewayPath(runDir);
  const accepted: string[] = [];
  let isStopped = false;
  let refused: unknown;
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const run = randomUUID();

  const push = async (note: Note, text = 'x'.repeat(bodySize)): Promise<void> => {
    const id = `${run}-${note.key}-${note.number}`;
    const query = new URLSearchParams({ id, key: `anna.event.note.${note.key}` });
    const body = JSON.stringify({ ...note, text });
    for (;;) {
      const answer = await request(socket, 'POST', `/push/Note?${query}`, body).catch(() => undefined);
      if (answer?.status === 202 || answer?.status === 200) {
        accepted.push(`${note.key} ${note.number}`);
        return;
      }
      // Whoever got no answer, or 503, sends it again with the same id.
      if (answer && answer.status !== 503)
        throw new Error(`${id} was refused: ${JSON.stringify(answer.body)}`);
      if (isStopped) return;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const pushAll = async (key: string): Promise<void> => {
    for (let number = 1; !isStopped; number++) {
      const severity = number % 4 === 0 ? 'high' : 'low';
      await push({ key, number, severity, owner: 'kitchen' });
      for (const { count, resolve } of waiting) if (accepted.length >= count) resolve();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const done = Promise.all(keys.map(pushAll)).catch((error: unknown) => {
    refused = error;
    isStopped = true;
    for (const { resolve } of waiting) resolve();
  });
  return {
    accepted: () => accepted,
    one: (key, text) => push({ key, number: 1, severity: 'low', owner: 'kitchen' }, text),
    async more(count) {
      const wanted = accepted.length + count;
      if (!isStopped) await new Promise<void>((resolve) => waiting.push({ count: wanted, resolve }));
      if (refused) throw refused;
    },
    async stop() {
      isStopped = true;
      await done;
      if (refused) throw refused;
    },
  };
}
