import { type Component, isEndOfFlow, type Method } from '../actors/component.ts';
import { messageOf, PolarError } from '../model/errors.ts';

/**
 * A component of a user's as the worker calls it. Data goes in and out as copies: what a method keeps of its body, or
 * changes in what it returned, nobody else ever sees. Its methods find one another as `this`.
 */
export function isolate(name: string, component: Component): Component {
  const isolated = Object.entries(component).map(
    ([method, run]) => [method, isolateMethod(`${name}.${method}`, run.bind(component))] as const,
  );
  return Object.fromEntries(isolated);
}

function isolateMethod(name: string, run: Method): Method {
  return (body, context) => {
    const returned = run(copyOf(body), context);
    return isPromise(returned) ? Promise.resolve(returned).then(answerOf) : answerOf(returned);
  };

  function answerOf(returned: unknown): unknown {
    if (isEndOfFlow(returned)) return returned;
    try {
      return copyOf(returned);
    } catch (cause) {
      throw new PolarError('body.not-data', `What ${name} returned is not JSON: ${messageOf(cause)}`, {
        cause,
      });
    }
  }
}

/** As it would be after a way over the wire; what JSON has no word for, such as undefined, is null. */
function copyOf(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data ?? null) ?? 'null');
}

/** Of any make: a component may bring promises of its own. */
function isPromise(returned: unknown): returned is PromiseLike<unknown> {
  return typeof (returned as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
