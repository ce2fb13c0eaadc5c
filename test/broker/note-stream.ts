import { request } from '../../src/topology/control-client.ts';
import { gatewayPath } from '../../src/topology/endpoints.ts';

/** Notes that a node has given its word for, under several keys at once, each key's numbered from 1 on. */
export interface NoteStream {
  accepted(): number;
  /** Resolves when so many more are accepted. */
  more(count: number): Promise<void>;
  /** Resolves with the number of the last one accepted, by key. */
  stop(): Promise<ReadonlyMap<string, number>>;
}

const lanes = 6;
/** About a hundred in a second where the node has the machine to itself. */
const pauseMs = 40;

/** Pushes to the flow `Note`. What got no answer is pushed again with the same id. */
export function startNotes(runDir: string): NoteStream {
  const socket = gatewayPath(runDir);
  const last = new Map<string, number>();
  let isStopped = false;
  const accepted = () => [...last.values()].reduce((sum, count) => sum + count, 0);

  const isAccepted = async (key: string, number: number): Promise<boolean> => {
    const query = new URLSearchParams({ id: `${key}-${number}`, key });
    const body = JSON.stringify({ number });
    const answer = await request(socket, 'POST', `/push/Note?${query}`, body).catch(() => undefined);
    if (answer && ![200, 202, 503].includes(answer.status))
      throw new Error(`${key} ${number} was refused: ${JSON.stringify(answer.body)}`);
    return answer !== undefined && answer.status !== 503;
  };
  const pushLane = async (key: string) => {
    for (let number = 1; !isStopped; ) {
      if (await isAccepted(key, number)) last.set(key, number++);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const keys = Array.from({ length: lanes }, (_, lane) => `anna.event.note.lane-${lane}`);
  let refusal: unknown;
  const done = Promise.all(keys.map(pushLane)).catch((error: unknown) => {
    refusal = error;
    isStopped = true;
  });
  return {
    accepted,
    async more(count) {
      const wanted = accepted() + count;
      while (accepted() < wanted && !isStopped) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (refusal) throw refusal;
    },
    async stop() {
      isStopped = true;
      await done;
      if (refusal) throw refusal;
      return last;
    },
  };
}

/** What is wrong with what came, oldest first, for the notes that were accepted. */
export function reckonNotes(accepted: ReadonlyMap<string, number>, bodies: readonly string[]) {
  const byId = new Map<string, string>();
  const seen = new Map<string, number>();
  /** The same id with another content. */
  const forged: string[] = [];
  /** A note that came in another event before, or after a later one of its key. */
  const late: string[] = [];
  for (const body of bodies) {
    const { id, type, partitionkey: key, data } = JSON.parse(body) as ArrivedEvent;
    const before = byId.get(id);
    if (before !== undefined && before !== body) forged.push(id);
    if (before !== undefined || type !== 'polar.flow.Note.noted') continue;
    byId.set(id, body);
    const number = data?.number ?? 0;
    if (number !== (seen.get(key) ?? 0) + 1) late.push(`${key} ${number}`);
    seen.set(key, number);
  }
  const lost = [...accepted].filter(([key, last]) => (seen.get(key) ?? 0) < last).map(([key]) => key);
  return { lost, forged, late };
}

interface ArrivedEvent {
  readonly id: string;
  readonly type: string;
  readonly partitionkey: string;
  readonly data: { readonly number?: number } | null;
}
