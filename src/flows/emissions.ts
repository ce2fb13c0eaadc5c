/** What a method of a module seems to do with the flow, by its text. */
export interface MethodText {
  /** Flows that it sends messages to; undefined for one that the text does not name. */
  readonly emits: readonly { readonly flow: string | undefined; readonly isConditional: boolean }[];
  /** It may end the flow, or fail. */
  readonly mayEnd: boolean;
}

/**
 * Reads the text of a module, and runs nothing: for each method the flows that it emits to. It errs on the side of what
 * raises no alarm: whatever stands behind an `if`, a loop or a `return` is conditional.
 */
export function readEmissions(source: string): ReadonlyMap<string, MethodText> {
  const code = source.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
  const heads = [...code.matchAll(methodHead)].filter((head) => !keywords.has(nameOf(head)));
  const methods = new Map<string, MethodText>();
  for (const [index, head] of heads.entries()) {
    const text = code.slice(head.index + head[0].length, heads[index + 1]?.index ?? code.length);
    methods.set(nameOf(head), { emits: emitsOf(text), mayEnd: /\bend\s*\(|\bthrow\b/.test(text) });
  }
  return methods;
}

const keywords: ReadonlySet<string> = new Set(['if', 'for', 'while', 'switch', 'catch', 'emit', 'function']);
/** `async weigh(body, context) {`, `weigh: async (body) => {` */
const methodHead =
  /(?<![.\w])(?:([A-Za-z_$][\w$]*)\s*\([^()]*\)|([A-Za-z_$][\w$]*)\s*:\s*(?:async\s*)?\([^()]*\)\s*=>)\s*\{/g;

function nameOf([, called, named]: RegExpExecArray): string {
  return called ?? named ?? '';
}

function emitsOf(text: string): MethodText['emits'] {
  return [...text.matchAll(/\bemit\s*\(/g)].map(({ index }) => {
    const [message = ''] = text.slice(index + 4).split(/\bemit\s*\(/);
    const [, , flow] = /\bflow\s*:\s*(['"`])([\w^.-]+)\1/.exec(message) ?? [];
    return {
      flow,
      isConditional: /\b(?:if|for|while|switch|catch|return)\b|\?|&&|\|\|/.test(text.slice(0, index)),
    };
  });
}
