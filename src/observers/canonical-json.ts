interface Frame {
  readonly container: Readonly<Record<string, unknown>>;
  readonly keys: readonly string[];
  readonly isArray: boolean;
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
      const frame = openFrame(value);
      text += frame.isArray ? '[' : '{';
      frames.push(frame);
    } else {
      text += JSON.stringify(value);
    }
    let frame = frames.at(-1);
    while (frame && frame.next === frame.keys.length) {
      text += frame.isArray ? ']' : '}';
      frames.pop();
      frame = frames.at(-1);
    }
    if (!frame) return text;
    const key = frame.keys[frame.next]!;
    if (frame.next > 0) text += ',';
    if (!frame.isArray) text += `${JSON.stringify(key)}:`;
    frame.next += 1;
    value = frame.container[key];
  }
}

function openFrame(value: object): Frame {
  const isArray = Array.isArray(value);
  const keys = Object.keys(value);
  return {
    container: value as Readonly<Record<string, unknown>>,
    keys: isArray ? keys : keys.sort(),
    isArray,
    next: 0,
  };
}
