interface Frame {
  readonly members: Readonly<Record<string, unknown>> | readonly unknown[];
  /** Undefined for an array. */
  readonly keys: readonly string[] | undefined;
  readonly length: number;
  next: number;
}

/**
 * JSON text in which equal documents are equal: keys sorted, no white space.
 * A loop with its own stack rather than recursion: the documents are the targets', and one that nests
 * a hundred thousand arrays must not end the process.
 */
export function canonicalJson(root: unknown): string {
  const frames: Frame[] = [];
  let text = '';
  let value = root;
  for (;;) {
    if (typeof value === 'object' && value !== null) {
      const opened = openFrame(value);
      text += opened.keys ? '{' : '[';
      frames.push(opened);
    } else {
      text += JSON.stringify(value);
    }
    let frame = frames.at(-1);
    while (frame && frame.next === frame.length) {
      text += frame.keys ? '}' : ']';
      frames.pop();
      frame = frames.at(-1);
    }
    if (!frame) return text;
    const member = frame.keys?.[frame.next] ?? frame.next;
    if (frame.next > 0) text += ',';
    if (typeof member === 'string') text += `${JSON.stringify(member)}:`;
    frame.next += 1;
    value = (frame.members as Readonly<Record<string | number, unknown>>)[member];
  }
}

function openFrame(value: object): Frame {
  if (Array.isArray(value)) return { members: value, keys: undefined, length: value.length, next: 0 };
  const keys = Object.keys(value).sort();
  return { members: value as Frame['members'], keys, length: keys.length, next: 0 };
}
