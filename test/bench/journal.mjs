// What a commit costs the journal as it fills up to its limit, and for as long as it stays at it: the journal alone, batches
// of 1 to 1,500 records, oldest out as new ones come in.
//   npm run bench:journal -- [--limit MiB] [--passes n]
// The peer is the disk: the same bytes appended to a file, each batch with fdatasync.
import { closeSync, fdatasyncSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { settle } from '../../dist/integration-manager/settle.js';
import { openJournalWriter } from '../../dist/journal/lmdb/writer.js';
import { encodeEnvelope } from '../../dist/model/envelope.js';
import { blankEnvelope } from './blank-envelope.mjs';
import { body } from './load.mjs';

const { values } = parseArgs({
  options: { limit: { type: 'string', default: '1024' }, passes: { type: 'string', default: '6' } },
});
const limitBytes = Number(values.limit) * 2 ** 20;
const everything = {
  keepFrom: Number.POSITIVE_INFINITY,
  keepSince: Number.POSITIVE_INFINITY,
  olderThan: Number.NEGATIVE_INFINITY,
};
const record = encodeEnvelope({ ...blankEnvelope, key: 'bench.command.push.key-1', time: Date.now(), body });

const folder = mkdtempSync(join(tmpdir(), 'pzm-bench-'));
const file = openSync(join(folder, 'file'), 'a');
const journal = openJournalWriter(join(folder, 'journal'), 'bench', Date.now());
try {
  console.log(
    `records of ${record.length} bytes in batches of 1 to 1500, limit ${values.limit} MiB, Node ${process.version}`,
  );
  for (let pass = 1; pass <= Number(values.passes); pass++) await fill(pass);
} finally {
  await journal.close();
  closeSync(file);
  rmSync(folder, { recursive: true, force: true });
}

/** As much as the limit. */
async function fill(pass) {
  const spent = { commitMs: 0, removalMs: 0, fileMs: 0 };
  const timed = (name, action) => {
    const begun = performance.now();
    action();
    spent[name] += performance.now() - begun;
  };
  ftruncateSync(file);
  let records = 0;
  while (records * record.length < limitBytes) {
    const count = 1 + Math.floor(Math.random() * 1500);
    const bytes = Buffer.concat(Array.from({ length: count }, () => record));
    const segments = [{ topic: 'Bench/passed/', count, bytes }];
    const commit = { ...settle(journal, [], journal.info().nextSequence), segments, records: count };
    timed('commitMs', () => journal.commit(commit, Date.now()));
    const excessBytes = journal.size().usedBytes - limitBytes;
    if (excessBytes > 0)
      timed('removalMs', () => journal.removeOldest({ ...everything, excessBytes }, [], Date.now()));
    timed('fileMs', () => {
      writeSync(file, bytes);
      fdatasyncSync(file);
    });
    records += count;
    // lmdb lets go of what it holds between two turns.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const each = (ms) => ((ms * 1000) / records).toFixed(2);
  const { usedBytes, fileBytes } = journal.size();
  console.log(
    `pass ${pass}: commit ${each(spent.commitMs)} µs a record, ${(spent.commitMs / spent.fileMs).toFixed(2)} × the file · ` +
      `removal ${each(spent.removalMs)} µs · holds ${mebibytes(usedBytes)}, file ${mebibytes(fileBytes)}`,
  );
}

function mebibytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
