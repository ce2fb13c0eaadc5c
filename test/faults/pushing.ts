import { request } from '../../src/topology/control-client.ts';
import { gatewayPath } from '../../src/topology/endpoints.ts';
import { answerTo, type KnownTask, type Lane } from './known-set.ts';
import type { FaultProject } from './project.ts';

/** A source at work: it pushes its set, and whatever is not known to be accepted again, with the same id. */
export interface Pushing {
  /** By id: what the node has given its word for. */
  readonly accepted: ReadonlyMap<string, KnownTask>;
  /** How many it is about, the answers too; of an endless set, those that were begun. */
  total(): number;
  /** Resolves when everything is accepted, or it was told to stop. */
  readonly done: Promise<void>;
  /** Begins nothing new; what was begun is still pushed until it is accepted. */
  finish(): void;
  /** Gives up. */
  stop(): void;
}

export interface PushingOptions {
  /** Every push is sent a second time, as by one who has not heard the answer. */
  readonly isRepeated?: boolean;
}

const againAfterMs = 60;

export function startPushing(
  project: FaultProject,
  lanes: readonly Lane[],
  { isRepeated = false }: PushingOptions = {},
): Pushing {
  const socket = gatewayPath(project.runDir);
  const accepted = new Map<string, KnownTask>();
  const abort = new AbortController();
  const answers: Promise<void>[] = [];

  let begun = 0;
  let isFinishing = false;

  const pushUntilAccepted = async (task: KnownTask) => {
    while (!abort.signal.aborted) {
      const sent = [isAccepted(socket, task), ...(isRepeated ? [isAccepted(socket, task)] : [])];
      if ((await Promise.all(sent)).includes(true)) {
        accepted.set(task.id, task);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, againAfterMs));
    }
  };
  const pushLane = async ({ tasks }: Lane) => {
    for (const task of tasks) {
      if (isFinishing) return;
      begun += costOf(task);
      await pushUntilAccepted(task);
      if (task.kind === 'asking') answers.push(pushUntilAccepted(answerTo(task)));
    }
  };
  const done = (async () => {
    await Promise.all(lanes.map(pushLane));
    await Promise.all(answers);
  })();
  // Whoever waits for it hears of it; until then it must not end the test run.
  done.catch(() => {});
  const known = lanes.map(({ tasks }) => (Array.isArray(tasks) ? sizeOf(tasks as KnownTask[]) : undefined));
  const size = known.reduce<number | undefined>(
    (a, b) => (a === undefined || b === undefined ? undefined : a + b),
    0,
  );
  return {
    accepted,
    total: () => (isFinishing ? begun : (size ?? begun)),
    done,
    finish() {
      isFinishing = true;
    },
    stop: () => abort.abort(),
  };
}

const costOf = ({ kind }: KnownTask) => (kind === 'asking' ? 2 : 1);
const sizeOf = (tasks: readonly KnownTask[]) => tasks.reduce((sum, task) => sum + costOf(task), 0);

/** @throws Error for a refusal that no repetition can heal */
async function isAccepted(socket: string, { id, flow, key, body, answers }: KnownTask): Promise<boolean> {
  const query = new URLSearchParams(answers === undefined ? { id, key } : { id, correlation: answers });
  const path = `/push/${flow}?${query}`;
  const answer = await request(socket, 'POST', path, JSON.stringify(body), 15_000).catch(() => undefined);
  if (!answer) return false;
  if (answer.status === 200 || answer.status === 202) return true;
  // 404: the one that it answers does not wait yet.
  if (answer.status === 503 || (answer.status === 404 && answers !== undefined)) return false;
  throw new Error(`${path} was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
}
