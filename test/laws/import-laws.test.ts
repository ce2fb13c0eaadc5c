import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { noCycles } from './import-cycles.ts';
import {
  coresArePure,
  everyCoreIsThere,
  filesAreSmall,
  importsLeadSomewhere,
  type Law,
  modelStandsAlone,
  onlyTheCommandLineEnds,
  packagesHaveOneOwner,
  stagesMeetOnTheWire,
  typesAreHonest,
} from './laws.ts';
import { parseSource, readSources } from './source-files.ts';

interface Case {
  readonly law: Law;
  /** A tree that breaks it, and what is to be said of it. */
  readonly broken: Readonly<Record<string, string>>;
  readonly says: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  'the model imports nothing outside itself': {
    law: modelStandsAlone,
    broken: {
      'model/a.ts': "import { createHash } from 'node:crypto';\nimport type { X } from '../ini/x.ts';",
      'model/b.ts': "import fs from 'node:fs';",
    },
    says: ['model/a.ts:2 imports ../ini/x.ts', 'model/b.ts:1 imports node:fs'],
  },
  'the stages meet on the wire': {
    law: stagesMeetOnTheWire,
    broken: {
      'subject/a.ts': "import { b } from './b.ts';\nexport type { R } from '../worker/run.ts';",
      'bridge/c.ts': "const d = await import('../services/d.ts');",
    },
    says: ['subject/a.ts:2 imports ../worker/run.ts', 'bridge/c.ts:1 imports ../services/d.ts'],
  },
  'cores do no I/O, read no clock and throw no dice': {
    law: coresArePure,
    broken: {
      'bridge/cursor.ts': "import { b } from '../journal/b.ts';\nconst at = Date.now();",
      'journal/b.ts': "import fs from 'node:fs';\n// Date.now() in words is fine\nsetTimeout(go, 1);",
      'journal/c.ts': "import net from 'node:net';",
    },
    says: [
      'journal/b.ts:1 imports node:fs',
      'bridge/cursor.ts:2 says Date.now',
      'journal/b.ts:3 says setTimeout',
    ],
  },
  'every core is where the law looks for it': {
    law: (files) => everyCoreIsThere(files).filter((line) => line.includes('cursor')),
    broken: { 'bridge/curser.ts': '' },
    says: ['bridge/cursor.ts is missing'],
  },
  'only their owners import zeromq, amqplib and lmdb': {
    law: packagesHaveOneOwner,
    broken: {
      'transport/a.ts': "import { Push } from 'zeromq';",
      'subject/b.ts': "import { Push } from 'zeromq';",
      'bridge/c.ts': "import amqp from 'amqplib/callback_api';",
      'journal/d.ts': "import type { Database } from 'lmdb';",
    },
    says: [
      'subject/b.ts:1 imports zeromq',
      'bridge/c.ts:1 imports amqplib/callback_api',
      'journal/d.ts:1 imports lmdb',
    ],
  },
  'only the command line reads arguments and ends the process': {
    law: onlyTheCommandLineEnds,
    broken: {
      'cli/main.ts': 'process.exitCode = 1;',
      'supervision/child-process.ts': 'process.exit(1);',
      'worker/main.ts': "const text = 'process.exit';\nprocess.exit(1);",
      'config/a.ts': 'const [name] = process.argv;',
    },
    says: ['worker/main.ts:2 says process.exit', 'config/a.ts:1 says process.argv'],
  },
  'every import leads to a file': {
    law: importsLeadSomewhere,
    broken: { 'a.ts': "import './b.ts';\nimport './c.ts';", 'b.ts': '' },
    says: ['a.ts:2 imports ./c.ts'],
  },
  'imports make no cycles': {
    law: noCycles,
    broken: {
      'a.ts': "import './b/b.ts';",
      'b/b.ts': "import type { C } from './c.ts';\nimport '../d.ts';",
      'b/c.ts': "export * from '../a.ts';",
      'd.ts': "import './a2.ts';",
    },
    says: ['a.ts → b/b.ts → b/c.ts → a.ts'],
  },
  'no file has more than 300 lines': {
    law: filesAreSmall,
    broken: { 'a.ts': '\n'.repeat(301), 'b.ts': '\n'.repeat(300) },
    says: ['a.ts has 301 lines, 300 are allowed'],
  },
  'no type is any, and no checker is silenced': {
    law: typesAreHonest,
    broken: {
      'a.ts': 'const a: any = 1;\nAbortSignal.any([]);\nlet b = c as any;\n// any word',
      'b.ts': 'f<any[]>();\n// @ts-ignore',
    },
    says: ['a.ts:1 says any', 'a.ts:3 says any', 'b.ts:1 says any', 'b.ts:2 says @ts-ignore'],
  },
};

const sources = readSources(fileURLToPath(new URL('../../src', import.meta.url)));

test('there is a tree to look at, and its imports are seen', () => {
  expect(sources.length).toBeGreaterThan(100);
  const imports = sources.flatMap((file) => file.imports);
  expect(imports.length).toBeGreaterThan(300);
  expect(imports.filter(({ specifier }) => specifier === 'zeromq')).toHaveLength(3);
});

describe.each(Object.entries(cases))('%s', (_, { law, broken, says }) => {
  test('in src', () => {
    expect(law(sources)).toEqual([]);
  });

  test('or it is said where not', () => {
    expect(law(Object.entries(broken).map(([path, text]) => parseSource(path, text)))).toEqual(says);
  });
});
