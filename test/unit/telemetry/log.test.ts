import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/telemetry/log.ts';
import { logFile, rotateLog } from '../../../src/telemetry/rotate-log.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'polar-log-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

describe('the log', () => {
  it('has a JSON line for each event, with who wrote it', async () => {
    const log = createLogger({ role: 'worker', name: 'worker-1', dataDir, level: 'info' });
    log.debug({ event: 'task.begun' }, 'begun');
    log.info({ event: 'worker.ready', durationMs: 3 }, 'ready');
    await expect.poll(() => readFileSync(logFile(dataDir), 'utf8')).toMatch(/\n$/);
    const lines = readFileSync(logFile(dataDir), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        role: 'worker',
        name: 'worker-1',
        pid: process.pid,
        event: 'worker.ready',
        durationMs: 3,
        msg: 'ready',
      },
    ]);
  });

  it('is set aside when a node begins and it has grown large', () => {
    const file = logFile(dataDir);
    mkdirSync(dirname(file));
    writeFileSync(file, '');
    rotateLog(dataDir);
    expect(existsSync(`${file}.1`)).toBe(false);
    truncateSync(file, 10 * 1024 * 1024 + 1);
    rotateLog(dataDir);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(`${file}.1`)).toBe(true);
  });

  it('has its folder made when it is new', () => {
    rotateLog(dataDir);
    expect(existsSync(dirname(logFile(dataDir)))).toBe(true);
  });
});
