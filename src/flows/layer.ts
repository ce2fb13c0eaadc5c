import type { Finding, Location } from '../model/finding.ts';
import type { Origin } from '../model/flow.ts';

/** Something that a file defines under a name. */
export interface Definition extends Location {
  readonly name: string;
  readonly origin: Origin;
}

/**
 * The definitions that hold: a user's takes the place of the product's. Two of one origin contradict each other;
 * the first stays, so that what runs does not depend on which is looked at last, and the other is a finding.
 */
export function layer<T extends Definition>(
  definitions: readonly T[],
  duplicateCode: string,
): { byName: Map<string, T>; findings: Finding[] } {
  const byName = new Map<string, T>();
  const findings: Finding[] = [];
  for (const origin of ['product', 'user'] as const) {
    const ofOrigin = new Map<string, T>();
    for (const definition of definitions.filter((candidate) => candidate.origin === origin)) {
      const first = ofOrigin.get(definition.name);
      if (first) findings.push(duplicate(definition, first, duplicateCode));
      else ofOrigin.set(definition.name, definition);
    }
    for (const [name, definition] of ofOrigin) byName.set(name, definition);
  }
  return { byName, findings };
}

function duplicate({ name, file, line, column }: Definition, first: Definition, code: string): Finding {
  const message = `"${name}" is already at ${first.file}:${first.line}, which stays; remove one of the two`;
  return { file, line, column, severity: 'error', code, message };
}
