/** A line of a stream, without its end. */
export interface Line {
  readonly text: string;
  /** It had more bytes than allowed; the text is its beginning, and the rest is gone. */
  readonly isCut: boolean;
}

/** Takes a stream apart into lines, and holds no more than `mostBytes` of it however long a line is. */
export function createLineSplitter(mostBytes: number): (chunk: Buffer) => Line[] {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isCut = false;

  const hold = (part: Buffer) => {
    const kept = part.subarray(0, mostBytes - heldBytes);
    isCut ||= kept.length < part.length;
    if (kept.length === 0) return;
    held.push(kept);
    heldBytes += kept.length;
  };
  const take = (): Line => {
    const line = { text: Buffer.concat(held).toString().replace(/\r$/, ''), isCut };
    held = [];
    heldBytes = 0;
    isCut = false;
    return line;
  };
  return (chunk) => {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      hold(chunk.subarray(start, end));
      lines.push(take());
      start = end + 1;
    }
    hold(chunk.subarray(start));
    return lines;
  };
}
