import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shopPolicy } from './command.ts';

/** The project that the examples of the commands speak of. */
export interface ExampleProject {
  readonly folder: string;
  /** Writes its files again as they were, but those of one path. */
  restore(but?: string): void;
  remove(): void;
}

const parcels = fileURLToPath(new URL('../../examples/parcels', import.meta.url));
const written = ['policies', 'flows', 'actionmappings', 'components'];

const files: Readonly<Record<string, string>> = {
  'polar.ini': '[node]\nname = anna\n[run]\ndir = run\n[topology]\nworkers = 1\n[push]\nmax_attempts = 1\n',
  'flows/note.ini': '[Note]\n?Note?Push\nSubject?Note?pass\nRelay?Note@PUBLISH?written\n??done\n',
  'flows/note.test.ini': '[passes]\npush = Note {}\nexpect.publish = Note/written/ {}\n',
  'flows/shop.ini':
    '[Orders]\n?Orders?Push\n?Orders@PUBLISH?taken\n??done\n\n' +
    '[Approval]\n?Approval?Push\nSubject?Approval@ASYNC?decided\n??done\n\n' +
    '[Fails]\n?Fails?Push\nSubject?Fails?fail\n??done\n',
  'actionmappings/pass.ini': '[actionmapping]\nSubject?Note?pass = Relay.pass\n',
  'actionmappings/shop.ini':
    '[actionmapping]\nSubject?Note?check = Relay.pass\nSubject?Fails?fail = Gateway.admit\n',
  'order.json': '{"id": 7}\n',
};

export function makeExampleProject(observed: string): ExampleProject {
  const root = mkdtempSync(join(tmpdir(), 'pzm-examples-'));
  const folder = join(root, 'project');
  const restore = (but?: string) => {
    for (const name of written) rmSync(join(folder, name), { recursive: true, force: true });
    cpSync(parcels, folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'policies', 'shop.ini'), shopPolicy(observed));
    if (but !== undefined) rmSync(join(folder, but), { recursive: true });
  };
  restore();
  mkdirSync(join(root, 'review'));
  cpSync(join(folder, 'policies'), join(root, 'review', 'policies'), { recursive: true });
  return { folder, restore, remove: () => rmSync(root, { recursive: true, force: true }) };
}
