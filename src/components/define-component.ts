/** What a component of a user's is written with: the package's entry `polar-zmanager/component`. */
import type { Component } from '../actors/component.ts';

export type {
  ActionContext,
  Component,
  ComponentLog,
  EmittedMessage,
  EndOfFlow,
  Method,
  StateRows,
  TaskInfo,
} from '../actors/component.ts';

/**
 * Gives the methods of a component their types, and is nothing else: a file in `components/` exports by default what
 * this returns, or an object of the same shape.
 */
export function defineComponent<const T extends Component>(component: T): T {
  return component;
}
