// Loaded into every process of a node under test before the product is. It does nothing until it is told to: a file
// named after the process's pid says what, and SIGUSR2 says that it is there. Nothing of this is in the product.
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.POLAR_FAULTS_DIR;
/** Where the next commit ends this process: undefined, `before`, `inside` or `after`. */
let endAt;

const faults = {
  /** The event loop stands still, without wasting the machine. */
  block: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  exhaust: () => {
    const held = [];
    for (;;) held.push(new Array(1 << 16).fill(held.length));
  },
  throw: () =>
    setImmediate(() => {
      throw new Error('a fault was injected');
    }),
  'end-in-commit': ({ at }) => {
    endAt = at;
  },
  'shift-clock': ({ byMs }) => shiftClock(byMs),
};

if (folder) {
  process.on('SIGUSR2', () => {
    const { fault, ...details } = JSON.parse(readFileSync(join(folder, String(process.pid)), 'utf8'));
    faults[fault](details);
  });
  if (process.argv[1]?.includes('integration-manager')) watchCommits();
  // A test that is killed cleans up nothing: its node ends by itself then.
  const parent = process.ppid;
  if (process.argv[2] === 'up') {
    setInterval(() => {
      if (process.ppid !== parent) end();
    }, 1000).unref();
  }
  const shift = Number(process.env.POLAR_FAULTS_SHIFT_MS ?? 0);
  if (shift !== 0) shiftClock(shift);
}

function end() {
  process.kill(process.pid, 'SIGKILL');
}

/** lmdb says on the store that a transaction begins; from the first one on its transactions go through here. */
function watchCommits() {
  const emit = EventEmitter.prototype.emit;
  const seen = new WeakSet();
  EventEmitter.prototype.emit = function (name, ...rest) {
    if (name === 'begin-transaction' && !seen.has(this)) {
      seen.add(this);
      const transactionSync = this.transactionSync.bind(this);
      this.transactionSync = (action, ...more) => {
        if (endAt === 'before') end();
        const result = transactionSync(
          (...args) => {
            const written = action(...args);
            if (endAt === 'inside') end();
            return written;
          },
          ...more,
        );
        if (endAt === 'after') end();
        return result;
      };
    }
    return emit.call(this, name, ...rest);
  };
}

function shiftClock(byMs) {
  const RealDate = Date;
  const now = () => RealDate.now() + byMs;
  globalThis.Date = class extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(now());
      else super(...args);
    }
    static now = now;
  };
}
