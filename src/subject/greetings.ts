import type { Hello } from '../model/run.ts';
import type { WorkerPeer } from '../topology/wire.ts';

/**
 * Which hellos count: one of each life of a worker that the supervisor has named. A run that were given to anybody
 * else would never be over. The supervisor's word may come after the hello, over another channel: until then it waits.
 */
export interface Greetings {
  /** The hello if it counts now; what else it is otherwise. */
  hear(hello: Hello): Hello | 'early' | 'stranger';
  /** Who lives now, as the supervisor says. Gives the hellos that had waited for it, in their order. */
  follow(workers: readonly WorkerPeer[]): Hello[];
}

/** A worker's life is named before it is told anything, so hellos hardly ever wait; past this the oldest is let go. */
const mostEarly = 64;

export function createGreetings(): Greetings {
  const living = new Map<string, string>();
  const greeted = new Set<string>();
  const early = new Map<string, Hello>();
  const isNamed = ({ worker, incarnation }: Hello) => living.get(worker) === incarnation;
  return {
    hear(hello) {
      if (greeted.has(hello.incarnation)) return 'stranger';
      if (isNamed(hello)) {
        greeted.add(hello.incarnation);
        return hello;
      }
      const [oldest] = early.keys();
      if (early.size >= mostEarly && oldest !== undefined) early.delete(oldest);
      early.set(hello.incarnation, hello);
      return 'early';
    },
    follow(workers) {
      living.clear();
      for (const { name, incarnation } of workers) living.set(name, incarnation);
      const due = [...early.values()].filter(isNamed);
      for (const { incarnation } of due) {
        early.delete(incarnation);
        greeted.add(incarnation);
      }
      return due;
    },
  };
}
