import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BridgeReader, createBridgeReader } from './bridge-reader.ts';
import { type BridgeTables, openBridgeTables } from './bridge-tables.ts';

/** What the owner of the journal looks up in the bridge's folder, for as long as it runs. */
export interface BridgeView {
  /** Undefined `journalId` and no cursors before the first start of a bridge. */
  rows(): {
    readonly journalId: string | undefined;
    readonly cursors: readonly { readonly name: string; readonly cursor: number }[];
  };
  /** Sequences that a sink has set aside, behind one, oldest first. */
  setAside(after: number, most: number): number[];
  isSetAside(sequence: number): boolean;
  close(): Promise<void>;
}

/** Opens it when it is there. @throws journal.corrupt */
export function openBridgeView(path: string): BridgeView {
  let opened: { readonly tables: BridgeTables; readonly reader: BridgeReader } | undefined;
  const reader = () => {
    if (!opened && existsSync(join(path, 'data.mdb'))) {
      const tables = openBridgeTables(path, true);
      // A bridge died while it made them, and the next one will: who looks sees none for as long as this one is open.
      if (!(tables.cursors as unknown)) void tables.environment.close();
      else opened = { tables, reader: createBridgeReader(tables) };
    }
    return opened?.reader;
  };
  return {
    rows() {
      const bridge = reader();
      return { journalId: bridge?.journalId(), cursors: bridge?.cursors() ?? [] };
    },
    setAside: (after, most) => reader()?.setAsideSequences(after, most) ?? [],
    isSetAside(sequence) {
      const bridge = reader();
      return bridge?.cursors().some(({ name }) => bridge.rowOf(name, sequence)) ?? false;
    },
    async close() {
      await opened?.tables.environment.close();
    },
  };
}
