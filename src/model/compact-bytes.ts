/** Writes small numbers and texts one after the other, into a room of its own that is used again and again. */
export class ByteWriter {
  readonly #buffer: Buffer;
  #at = 0;
  /** Something did not fit since the last `reset` or `back`; nothing was written past the room. */
  isFull = false;

  constructor(sizeBytes: number) {
    this.#buffer = Buffer.alloc(sizeBytes);
  }

  reset(): void {
    this.back(0);
  }

  /** For `back`. */
  mark(): number {
    return this.#at;
  }

  back(mark: number): void {
    this.#at = mark;
    this.isFull = false;
  }

  skip(count: number): void {
    if (this.#fits(count)) this.#at += count;
  }

  byte(value: number): void {
    if (this.#fits(1)) this.#buffer[this.#at++] = value;
  }

  /** Seven bits a byte, the lowest first. A safe integer; what is below 0 is written as 0. */
  varint(value: number): void {
    if (!this.#fits(8)) return;
    if (value >= 0 && value < 0x80) {
      this.#buffer[this.#at++] = value;
      return;
    }
    let left = value > 0 ? value : 0;
    // Nearly all are small, and whole numbers of 31 bits need no division.
    for (; left > 0x7fffffff; left = Math.floor(left / 0x80)) this.#buffer[this.#at++] = (left % 0x80) + 0x80;
    for (; left >= 0x80; left >>>= 7) this.#buffer[this.#at++] = (left & 0x7f) | 0x80;
    this.#buffer[this.#at++] = left;
  }

  double(value: number): void {
    if (this.#fits(8)) this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  /** Cut at `mostBytes`, between two characters. */
  text(value: string, mostBytes: number): void {
    const length = value.length;
    if (length === 0) {
      this.byte(0);
      return;
    }
    if (!this.#fits(2 + mostBytes)) return;
    const written = this.#buffer.write(value, this.#at + 2, mostBytes, 'utf8');
    // Two bytes hold any length that there may be: longer texts are cut.
    this.#buffer[this.#at] = (written % 0x80) + 0x80;
    this.#buffer[this.#at + 1] = Math.floor(written / 0x80);
    this.#at += 2 + written;
  }

  /** As they are. */
  raw(bytes: Buffer): void {
    if (!this.#fits(bytes.length)) return;
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  u16At(at: number, value: number): void {
    this.#buffer.writeUInt16LE(value, at);
  }

  /** A copy of what was written since `from`. */
  bytes(from = 0): Buffer {
    return Buffer.from(this.#buffer.subarray(from, this.#at));
  }

  #fits(count: number): boolean {
    if (this.#at + count <= this.#buffer.length) return true;
    this.isFull = true;
    return false;
  }
}

/** Reads what `ByteWriter` wrote. Past the end, and for what cannot be, it throws what `failure` makes. */
export class ByteReader {
  readonly #bytes: Buffer;
  readonly #failure: () => Error;
  #at = 0;

  constructor(bytes: Buffer, failure: () => Error) {
    this.#bytes = bytes;
    this.#failure = failure;
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  u16(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 0x80 ** 7; factor *= 0x80) {
      const byte = this.byte();
      value += (byte % 0x80) * factor;
      if (byte < 0x80) return value;
    }
    throw this.#failure();
  }

  text(): string {
    const length = this.varint();
    const start = this.#take(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  list<T>(read: () => T): T[] {
    const count = this.varint();
    // Each takes a byte at least.
    if (count > this.#bytes.length - this.#at) throw this.#failure();
    return Array.from({ length: count }, read);
  }

  #take(count: number): number {
    const start = this.#at;
    if (start + count > this.#bytes.length) throw this.#failure();
    this.#at += count;
    return start;
  }
}
