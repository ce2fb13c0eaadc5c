import { createGlob, createTargetGlob } from '../glob.ts';
import { literalOf, mayHave, needlesOf } from './needles.ts';
import { type Sighting, targetOf } from './sighting.ts';
import { isWhere, type Where } from './where.ts';

/** Which events are wanted, asked from the cheapest question to the dearest. */
export interface EventFilter {
  /** False when nothing on the topic is wanted. */
  isTopic(topic: string): boolean;
  /** False only of bytes that hold nothing wanted: a record, or many of one topic. */
  mayBeIn(topic: string, bytes: Buffer): boolean;
  /** The last word; an event that cannot be made is not wanted when something is asked of it. */
  isWanted(sighting: Sighting): boolean;
}

/**
 * A pattern with a `/` is about topics, and one that ends in it about all below; any other is about targets. One of the
 * patterns must match, and every condition hold.
 */
export function createEventFilter(
  patterns: readonly string[],
  conditions: readonly Where[] = [],
): EventFilter {
  const topics = patterns.filter((pattern) => pattern.includes('/')).map(topicGlob);
  const targets = patterns.filter((pattern) => !pattern.includes('/'));
  const isTarget = targets.map(createTargetGlob);
  const targetNeedles = targets.map((pattern) => literalOf(pattern));
  const needles = conditions.flatMap(needlesOf);
  const named = new Map<string, boolean>();
  const isNamed = (topic: string) => {
    let known = named.get(topic);
    if (known === undefined) {
      known = patterns.length === 0 || topics.some((matches) => matches(topic));
      named.set(topic, known);
    }
    return known;
  };
  return {
    isTopic: (topic) => targets.length > 0 || isNamed(topic),
    mayBeIn(topic, bytes) {
      if (!mayHave(bytes, needles)) return false;
      return isNamed(topic) || targetNeedles.some((needle) => mayHave(bytes, needle === '' ? [] : [needle]));
    },
    isWanted(sighting) {
      if (!isNamed(sighting.topic)) {
        const { event } = sighting;
        if (!event || !isTarget.some((matches) => matches(targetOf(event)))) return false;
      }
      if (conditions.length === 0) return true;
      const fields = sighting.fields();
      return fields !== undefined && conditions.every((condition) => isWhere(condition, fields));
    },
  };
}

function topicGlob(pattern: string): (topic: string) => boolean {
  return createGlob(pattern.endsWith('/') ? `${pattern}*` : pattern);
}
