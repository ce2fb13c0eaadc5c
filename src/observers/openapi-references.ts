import { canonicalJson } from './canonical-json.ts';
import { digestOf } from './fact.ts';
import { resolvePointer } from './json-pointer.ts';

/** The `$ref`s of one document, each read once. */
export interface References {
  /** What a reference names within the document; undefined for other documents and for nothing. */
  resolve(reference: string): unknown;
  /** Every reference that can be reached from a value, with the digest of what it names (null for nothing). */
  reach(value: unknown): Readonly<Record<string, string | null>>;
  /** Whether the document asked for more work than it gets; what `reach` returned since is not complete. */
  exhausted(): boolean;
}

interface Component {
  readonly digest: string | null;
  readonly refersTo: readonly string[];
}

/**
 * Characters that may be read and hashed, over all references. An honest document needs about its own length;
 * one whose references nest in one another could ask for its square, and hold the worker for minutes. This many take about a second.
 */
const mostCharacters = 16 * 1024 * 1024;

export function createReferences(document: unknown): References {
  const components = new Map<string, Component>();
  let spent = 0;

  const resolve = (reference: string) =>
    reference.startsWith('#') ? resolvePointer(document, decodeFragment(reference.slice(1))) : undefined;

  const componentOf = (reference: string): Component => {
    const known = components.get(reference);
    if (known) return known;
    const value = resolve(reference);
    const text = value === undefined ? undefined : canonicalJson(value);
    spent += text?.length ?? 0;
    const component = {
      digest: text === undefined ? null : digestOf(text),
      refersTo: value === undefined ? [] : referencesIn(value),
    };
    components.set(reference, component);
    return component;
  };

  return {
    resolve,
    reach(value) {
      const reached = new Map<string, string | null>();
      const waiting = referencesIn(value);
      for (let reference = waiting.pop(); reference !== undefined; reference = waiting.pop()) {
        spent += reference.length;
        if (spent > mostCharacters) break;
        if (reached.has(reference)) continue;
        const { digest, refersTo } = componentOf(reference);
        reached.set(reference, digest);
        for (const further of refersTo) if (!reached.has(further)) waiting.push(further);
      }
      return Object.fromEntries(reached);
    },
    exhausted: () => spent > mostCharacters,
  };
}

function referencesIn(root: unknown): string[] {
  const references = new Set<string>();
  const waiting = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, part] of Object.entries(value)) {
      if (key === '$ref' && typeof part === 'string') references.add(part);
      else waiting.push(part);
    }
  }
  return [...references];
}

/** A reference is a URI: its pointer may be percent-encoded. */
function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
