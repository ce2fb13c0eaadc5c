/** First in, first out, bounded: a full one refuses, so that whoever asks hears of it at once. */
export class Mailbox<T> {
  readonly #capacity: number;
  readonly #letters: T[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#letters.length;
  }

  /** False when it is full. */
  offer(letter: T): boolean {
    if (this.#letters.length >= this.#capacity) return false;
    this.#letters.push(letter);
    return true;
  }

  take(): T | undefined {
    return this.#letters.shift();
  }

  /** Takes back a letter that nobody waits for any more. */
  withdraw(letter: T): void {
    const at = this.#letters.indexOf(letter);
    if (at >= 0) this.#letters.splice(at, 1);
  }
}
