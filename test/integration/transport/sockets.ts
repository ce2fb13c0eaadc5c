import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, vi } from 'vitest';

const open: { close(): unknown }[] = [];
let folder: string | undefined;

/** Closed after the test, last opened first. */
export function keep<T extends { close(): unknown }>(socket: T): T {
  open.push(socket);
  return socket;
}

/** An ipc endpoint in a folder of this test. */
export function endpoint(name: string): string {
  folder ??= mkdtempSync(join(tmpdir(), 'pzm-wire-'));
  return `ipc://${join(folder, name)}`;
}

export function until(holds: () => boolean, timeout = 10_000): Promise<void> {
  return vi.waitFor(() => expect(holds(), holds.toString()).toBe(true), { timeout, interval: 5 });
}

afterEach(async () => {
  for (const socket of open.splice(0).reverse()) await socket.close();
  if (folder) rmSync(folder, { recursive: true });
  folder = undefined;
});
