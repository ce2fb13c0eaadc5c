import type { CloudEvent } from '../model/cloud-event.ts';
import { createGlob, createTargetGlob } from './glob.ts';

export type EventFilter = (topic: string, event: CloudEvent) => boolean;

/** A pattern with a `/` is about topics, and one that ends in it about all below; any other is about targets. */
export function createEventFilter(patterns: readonly string[]): EventFilter {
  if (patterns.length === 0) return () => true;
  const filters = patterns.map((pattern): EventFilter => {
    if (pattern.includes('/')) {
      const matches = createGlob(pattern.endsWith('/') ? `${pattern}*` : pattern);
      return (topic) => matches(topic);
    }
    const matches = createTargetGlob(pattern);
    return (_topic, event) => matches(targetOf(event));
  });
  return (topic, event) => filters.some((filter) => filter(topic, event));
}

function targetOf({ data, subject }: CloudEvent): string {
  const { target } = (data ?? {}) as { target?: unknown };
  return typeof target === 'string' ? target : subject;
}
