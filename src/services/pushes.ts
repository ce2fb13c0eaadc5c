import { admissionKeyOf } from '../model/admission-key.ts';
import { PolarError } from '../model/errors.ts';
import { type Admissions, createAdmissions, enter, gatewaySource, type Push, settle } from './admissions.ts';
import { createSource, type Source, type SubjectLine } from './source.ts';

interface Waiter {
  resolve(): void;
  reject(error: PolarError): void;
}

/** Pushes on their way to being accepted: the gateway's source, its book, and who waits for which id. */
export interface Pushes {
  readonly source: Source;
  /** Resolves when the push is a row of the journal. @throws intake.full, journal.full, control.refused */
  admit(push: Push): Promise<void>;
}

/** What the journal knows, and what the node can take. */
export interface PushesOptions {
  readonly node: string;
  /** The last settled number of a key. */
  markOf(key: string): number | undefined;
  /** True for an id that became a row. */
  isKnown(id: string): boolean;
  /** Why nothing new is admitted to a flow; undefined when it is. */
  whyClosed(flow: string): PolarError | undefined;
}

export function createPushes(line: SubjectLine, { node, markOf, isKnown, whyClosed }: PushesOptions): Pushes {
  const book: Admissions = createAdmissions();
  const waiters = new Map<string, Waiter[]>();
  const answer = (ids: readonly string[], say: (waiter: Waiter) => void) => {
    for (const id of ids) {
      for (const waiter of waiters.get(id) ?? []) say(waiter);
      waiters.delete(id);
    }
  };
  const source = createSource(gatewaySource, line, (lane, last) => {
    const { accepted, refused } = settle(book, lane, last, isKnown);
    answer(accepted, ({ resolve }) => resolve());
    answer(refused, ({ reject }) => reject(notAdmitted()));
  });
  return {
    source,
    async admit(push) {
      // A push that is known already is accepted already: the same id is the same push.
      if (isKnown(push.id)) return;
      const closed = whyClosed(push.flow);
      if (closed) throw closed;
      if (!source.hasRoom()) {
        const message = `${source.size()} pushes wait to be accepted.`;
        throw new PolarError('intake.full', message, { hint: 'Try again in a moment.' });
      }
      const lane = admissionKeyOf(node, push.key);
      const task = enter(book, push, lane, markOf(lane), Date.now());
      await new Promise<void>((resolve, reject) => {
        const sharing = waiters.get(push.id);
        if (sharing) sharing.push({ resolve, reject });
        else waiters.set(push.id, [{ resolve, reject }]);
        if (!task) return;
        source.send({ ...task, id: '', group: '', deadline: 0, policy: '' });
      });
    },
  };
}

function notAdmitted(): PolarError {
  return new PolarError('control.refused', 'The push was not admitted; the log says why.', {
    hint: 'See the dead letters in the journal.',
  });
}
