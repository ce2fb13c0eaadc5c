import { PolarError } from '../model/errors.ts';

/** Who waits for a child to be ready, or gone: told by the supervisor, and let down when everything ends. */
export interface Expectations {
  /** Resolves when a life of the child that came after `incarnation` is ready. @throws control.refused at the end of all */
  readyAfter(name: string, incarnation: number): Promise<void>;
  /** Resolves when the child is gone for good. @throws control.refused at the end of all */
  gone(name: string): Promise<void>;
  noteReady(name: string, incarnation: number): void;
  noteGone(name: string): void;
  giveUp(): void;
}

interface Waiting {
  readonly name: string;
  /** Undefined when its end is waited for. */
  readonly after: number | undefined;
  readonly resolve: () => void;
  readonly reject: (error: PolarError) => void;
}

export function createExpectations(): Expectations {
  let waiting: readonly Waiting[] = [];
  const expect = (name: string, after: number | undefined) => {
    const promise = new Promise<void>((resolve, reject) => {
      waiting = [...waiting, { name, after, resolve, reject }];
    });
    // Whoever asked gets the rejection; that nobody waits for it is no fault of the process.
    promise.catch(() => {});
    return promise;
  };
  const settle = (isDue: (one: Waiting) => boolean, how: (one: Waiting) => void) => {
    const due = waiting.filter(isDue);
    waiting = waiting.filter((one) => !isDue(one));
    for (const one of due) how(one);
  };
  return {
    readyAfter: (name, incarnation) => expect(name, incarnation),
    gone: (name) => expect(name, undefined),
    noteReady(name, incarnation) {
      const isDue = (one: Waiting) => one.name === name && one.after !== undefined && incarnation > one.after;
      settle(isDue, ({ resolve }) => resolve());
    },
    noteGone(name) {
      settle(
        (one) => one.name === name && one.after === undefined,
        ({ resolve }) => resolve(),
      );
      settle((one) => one.name === name, refuse(`${name} was taken away.`));
    },
    giveUp() {
      settle(() => true, refuse('The node stops.'));
    },
  };
}

function refuse(message: string) {
  return ({ reject }: Waiting) =>
    reject(new PolarError('control.refused', message, { hint: 'See how it is with: pzm status' }));
}
