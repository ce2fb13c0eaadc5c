import { request } from '../../src/topology/control-client.ts';
import { gatewayPath } from '../../src/topology/endpoints.ts';
import { answerTo, type KnownTask, type Lane } from './known-set.ts';
import type { FaultProject } from './project.ts';

/** A source at work: it pushes its set, and whatever is not known to be accepted again, with the same id. */
export interface Pushing {
  /** By id: what the node has given its word for. */
  readonly accepted: ReadonlyMap<string, KnownTask>;
  /** All of the set, the answers too. */
  readonly total: number;
  /** Resolves when everything is accepted, or it was told to stop. */
  readonly done: Promise<void>;
  stop(): void;
}

const againAfterMs = 60;

export function startPushing(project: FaultProject, lanes: readonly Lane[]): Pushing {
  const socket = gatewayPath(project.runDir);
  const accepted = new Map<string, KnownTask>();
  const abort = new AbortController();
  const answers: Promise<void>[] = [];

  const pushUntilAccepted = async (task: KnownTask) => {
    while (!abort.signal.aborted) {
      if (await isAccepted(socket, task)) {
        accepted.set(task.id, task);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, againAfterMs));
    }
  };
  const pushLane = async ({ tasks }: Lane) => {
    for (const task of tasks) {
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
  const tasks = lanes.flatMap((lane) => lane.tasks);
  const total = tasks.length + tasks.filter(({ kind }) => kind === 'asking').length;
  return { accepted, total, done, stop: () => abort.abort() };
}

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
