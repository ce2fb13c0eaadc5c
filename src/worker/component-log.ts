import type { ComponentLog, ComponentLogLine, TaskInfo } from '../actors/component.ts';
import type { Logger } from '../telemetry/log.ts';

/** The method that logs. */
export interface ComponentPlace {
  readonly component: string;
  readonly method: string;
}

/** The node's log for one call of a method: the task's fields are the product's, and hold over the method's own. */
export function createComponentLog(log: Logger, place: ComponentPlace, task: TaskInfo): ComponentLog {
  const { component, method } = place;
  const { flow, key, subject, id, attempt } = task;
  const own = { event: 'component.logged', component, method, flow, key, subject, id, attempt };
  const line =
    (level: keyof Logger): ComponentLogLine =>
    (fields, message) =>
      log[level]({ ...fields, ...own }, String(message));
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
