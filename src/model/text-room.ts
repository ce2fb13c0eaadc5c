/**
 * Puts texts together of pieces, in UTF-8: one text behind the other, in rooms of 64 KiB. What was given out stays as it is,
 * and holds on to its room.
 */
export class TextRoom {
  #room = Buffer.allocUnsafeSlow(roomBytes);
  #from = 0;
  #at = 0;

  /** What was begun before and not taken is gone. */
  begin(): void {
    this.#at = this.#from;
  }

  piece(bytes: Uint8Array): void {
    if (this.#at + bytes.length > this.#room.length) this.#move(bytes.length);
    this.#room.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Digits and the like: ASCII, and few. */
  letters(text: string): void {
    if (this.#at + text.length > this.#room.length) this.#move(text.length);
    for (let index = 0; index < text.length; index++) this.#room[this.#at + index] = text.charCodeAt(index);
    this.#at += text.length;
  }

  take(): Buffer {
    const text = this.#room.subarray(this.#from, this.#at);
    this.#from = this.#at;
    return text;
  }

  #move(count: number): void {
    const begun = this.#room.subarray(this.#from, this.#at);
    this.#room = Buffer.allocUnsafeSlow(Math.max(roomBytes, begun.length + count));
    this.#room.set(begun);
    this.#from = 0;
    this.#at = begun.length;
  }
}

const roomBytes = 64 * 1024;
