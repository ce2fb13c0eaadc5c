import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { byteSize, flag } from '../config/settings.ts';
import type { Facts, Observation } from '../model/observation.ts';
import { createAbandoner } from './abandon.ts';
import { absolutePath } from './absolute-path.ts';
import { withinDeadline } from './deadline.ts';
import { factOf } from './fact.ts';
import { createFileGlob, createFolderGlob, type FileGlob, isGlob } from './file-glob.ts';
import { type ListedFile, listingFacts, listingMeasures } from './file-listing.ts';
import { type FileLook, type LookOptions, lookAtFile } from './file-look.ts';
import { walkFiles } from './file-walk.ts';
import type { ObserverKind, ObserverSettings } from './observer.ts';
import { unreadableBy } from './regular-file.ts';
import type { Unreachable } from './unreachable.ts';

interface FileSettings {
  readonly path: string;
  readonly recursive: boolean;
  readonly hash: boolean;
  readonly max_size: number;
}

type Sight = { readonly kind: 'seen'; readonly facts: Facts; readonly measures: Facts } | Unreachable;

const abandonable = createAbandoner();

/** A file of this machine, a folder with what is in it, or all files that a pattern matches. */
export const file: ObserverKind = {
  kind: 'file',
  settings: {
    path: {
      read: absolutePath('/etc/hosts'),
      doc: 'A file, a folder, or a pattern of files.',
      example: '/etc/nginx/**/*.conf',
      required: true,
    },
    recursive: {
      read: flag(),
      doc: 'Whether the folders of a folder are looked into. A pattern says it itself.',
      example: 'false',
      fallback: true,
    },
    hash: {
      read: flag(),
      doc: 'Whether contents are read, so that a change of them is a fact.',
      example: 'false',
      fallback: true,
    },
    max_size: {
      read: byteSize(0, 1024 * 1024 * 1024),
      doc: 'A larger file is not read.',
      example: '1MiB',
      fallback: 64 * 1024 * 1024,
    },
  },
  shorthand: {
    key: 'path',
    example: '/etc/hosts',
    isPath: true,
    every: '30s',
    expect: ({ exists }) => (exists === undefined ? {} : { exists: String(exists) }),
  },
  resource: (settings) => pathToFileURL(fileSettings(settings).path).href,
  group: () => 'localhost',

  async observe(settings, options): Promise<Observation> {
    const wanted = fileSettings(settings);
    const seen = { resource: file.resource(settings), time: options.now() };
    const sight = await withinDeadline(options, (signal) =>
      abandonable(wanted.path, signal, () => see(wanted, seen.time, signal)),
    );
    if (sight.kind === 'unreachable') return { ...seen, outcome: sight, facts: {}, measures: {} };
    return { ...seen, outcome: { kind: 'observed' }, facts: sight.facts, measures: sight.measures };
  },
};

async function see(wanted: FileSettings, now: number, signal: AbortSignal): Promise<Sight> {
  const options = { hash: wanted.hash, maxBytes: wanted.max_size, signal };
  try {
    if (isGlob(wanted.path)) return await seeAll(createFileGlob(wanted.path), options, now);
    // As shells do it not: `/etc/` is `/etc`, and so is `/etc/ssl/..`.
    const path = resolve(wanted.path);
    const look = await lookAtFile(path, options);
    if (look.kind === 'unreachable') return look;
    if (look.kind === 'absent') return { kind: 'seen', facts: { exists: false }, measures: {} };
    if (look.type !== 'directory') {
      return { kind: 'seen', facts: factsOf(look), measures: { age_ms: now - look.modifiedAt } };
    }
    const listing = await seeAll(createFolderGlob(path, wanted.recursive), options, now);
    return listing.kind === 'seen' ? { ...listing, facts: { ...factsOf(look), ...listing.facts } } : listing;
  } catch (error) {
    const outcome = unreadableBy(error);
    if (!outcome) throw error;
    return outcome;
  }
}

async function seeAll(glob: FileGlob, options: LookOptions, now: number): Promise<Sight> {
  const walk = await walkFiles(glob, options.signal);
  if (walk.kind === 'unreachable') return walk;
  const files: ListedFile[] = [];
  // One after the other: there are four threads for all files of a process, and others need them.
  for (const name of walk.names) {
    const look = await lookAtFile(`${glob.base}/${name}`, options);
    if (look.kind === 'unreachable') return look;
    // What is absent was there a moment ago: it is gone, as if it had been so before.
    if (look.kind === 'file') files.push([name, look]);
  }
  return { kind: 'seen', facts: listingFacts(files), measures: listingMeasures(files, now) };
}

/** The size of a folder says nothing. */
function factsOf({ type, sizeBytes, mode, uid, link, hash }: FileLook): Facts {
  return {
    exists: true,
    type,
    ...(type === 'file' && { size_bytes: sizeBytes }),
    mode,
    uid,
    ...(link !== undefined && { link: factOf(link) }),
    ...(hash !== undefined && { hash }),
  };
}

function fileSettings(settings: ObserverSettings): FileSettings {
  return settings as unknown as FileSettings;
}
