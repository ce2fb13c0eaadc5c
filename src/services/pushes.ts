import { PolarError } from '../model/errors.ts';
import { createTraceparent } from '../telemetry/trace.ts';
import { type Admissions, createAdmissions, enter, gatewaySource, type Push, settle } from './admissions.ts';
import { createSource, type Source, type SubjectLine } from './source.ts';

interface Waiter {
  resolve(): void;
  reject(error: PolarError): void;
}

/** Pushes on their way to being accepted: the gateway's source, its book, and who waits for which id. */
export interface Pushes {
  readonly source: Source;
  /** Resolves when the push is a row of the journal. @throws intake.full, control.refused, journal's refusals */
  admit(push: Push): Promise<void>;
  /** From now on nothing is admitted. */
  refuseNew(): void;
}

export function createPushes(
  line: SubjectLine,
  markOf: (key: string) => number | undefined,
  isKnown: (id: string) => boolean,
): Pushes {
  const book: Admissions = createAdmissions();
  const waiters = new Map<string, Waiter[]>();
  let isClosed = false;
  const answer = (ids: readonly string[], say: (waiter: Waiter) => void) => {
    for (const id of ids) {
      for (const waiter of waiters.get(id) ?? []) say(waiter);
      waiters.delete(id);
    }
  };
  const source = createSource(gatewaySource, line, (key, last) => {
    const { accepted, refused } = settle(book, key, last, isKnown);
    answer(accepted, ({ resolve }) => resolve());
    answer(refused, ({ reject }) => reject(notAdmitted()));
  });
  return {
    source,
    async admit(push) {
      if (isClosed)
        throw new PolarError('control.refused', 'The node is stopping.', {
          hint: 'Push again when it runs.',
        });
      // A push that is known already is accepted already: the same id is the same push.
      if (isKnown(push.id)) return;
      if (!source.hasRoom()) {
        const message = `${source.size()} pushes wait to be accepted.`;
        throw new PolarError('intake.full', message, { hint: 'Try again in a moment.' });
      }
      const task = enter(book, push, markOf(push.key), Date.now());
      await new Promise<void>((resolve, reject) => {
        const sharing = waiters.get(push.id);
        if (sharing) sharing.push({ resolve, reject });
        else waiters.set(push.id, [{ resolve, reject }]);
        if (!task) return;
        const traceparent = createTraceparent();
        source.send({ ...task, id: '', group: '', deadline: 0, policy: '', traceparent });
      });
    },
    refuseNew() {
      isClosed = true;
    },
  };
}

function notAdmitted(): PolarError {
  return new PolarError('control.refused', 'The push was not admitted; the log says why.', {
    hint: 'See the dead letters in the journal.',
  });
}
