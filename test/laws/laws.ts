import { lineAt, type SourceFile } from './source-files.ts';

/** What a law says of a tree: one line per offence, `path:line what`, nothing when it holds. */
export type Law = (files: readonly SourceFile[]) => string[];

const stages = ['services', 'subject', 'worker', 'integration-manager', 'bridge'];

/** The pure state machines (protocol.md, "Pure cores") and what they are made of: files, and whole folders. */
const cores = [
  ...['lane', 'lane-cache', 'lease', 'ready-queue', 'subject', 'subject-state', 'intake'].map(
    (name) => `subject/${name}.ts`,
  ),
  ...['source-window', 'scheduler', 'due-heap', 'tick-template', 'admissions', 'settled-reading'].map(
    (name) => `services/${name}.ts`,
  ),
  ...['run', 'segments', 'states'].map((name) => `worker/${name}.ts`),
  ...['executable-core', 'executable-words', 'lines'].map((name) => `components/${name}.ts`),
  ...['flow-edits', 'mapping-edits', 'line-diff', 'new-problems', 'text-bytes'].map(
    (name) => `editing/${name}.ts`,
  ),
  'integration-manager/settle.ts',
  'bridge/cursor.ts',
  ...['restart-policy', 'intensity', 'error-kernel'].map((name) => `supervision/${name}.ts`),
  ...['flows/', 'policies/', 'ini/', 'model/'],
];
/** The I/O of their folders. */
const shells = ['flows/load.ts', 'flows/follow-flows.ts', 'policies/load.ts'];
const purePackages = ['node:buffer', 'node:crypto', 'fastest-levenshtein'];
const impureCalls =
  /\b(?:Date\.now|new Date\(\)|Math\.random|performance\.|set(?:Timeout|Interval|Immediate)\b|queueMicrotask\b|fetch\(|process\.|random(?:Bytes|UUID|Int)\b)/g;

/** Who alone may import a package. */
const owners: Readonly<Record<string, RegExp>> = {
  zeromq: /^transport\//,
  amqplib: /^bridge\/amqp\//,
  lmdb: /^journal\/lmdb\//,
};

const processEnders = /\bprocess\.(?:argv|exitCode|exit\b)/g;
/** A forked child has no command line above it: its exit code is its last word to whoever forked it. */
const mayEndProcess = /^(?:cli\/|supervision\/child-process\.ts$|components\/probe-main\.ts$)/;

const linesMost = 300;

const anyType = /(?<![.\w$])any\b(?!\s*[:(])/g;
const silenced = /@ts-(?:ignore|expect-error|nocheck)|biome-ignore|eslint-disable/g;

export const modelStandsAlone: Law = (files) =>
  offendingImports(
    files.filter(({ path }) => path.startsWith('model/')),
    ({ specifier, file }) => (file ? !file.startsWith('model/') : !purePackages.includes(specifier)),
  );

export const stagesMeetOnTheWire: Law = (files) =>
  files.flatMap((file) => {
    const own = stageOf(file.path);
    if (!own) return [];
    return offendingImports([file], (imported) => {
      const other = stageOf(imported.file ?? '');
      return other !== undefined && other !== own;
    });
  });

/** Nothing that a core reaches, directly or not, does I/O, reads a clock or throws dice. */
export const coresArePure: Law = (files) => {
  const reached = reachedFrom(
    files.filter(({ path }) => !shells.includes(path) && cores.some((core) => path.startsWith(core))),
    files,
  );
  return [
    ...offendingImports(reached, ({ specifier, file }) => !file && !purePackages.includes(specifier)),
    ...offendingCode(reached, impureCalls),
  ];
};

/** So that a core that was renamed does not leave the law unnoticed. */
export const everyCoreIsThere: Law = (files) =>
  cores
    .filter((core) => !files.some(({ path }) => path.startsWith(core)))
    .map((core) => `${core} is missing`);

export const packagesHaveOneOwner: Law = (files) =>
  Object.entries(owners).flatMap(([name, owner]) =>
    offendingImports(
      files.filter(({ path }) => !owner.test(path)),
      ({ specifier }) => specifier === name || specifier.startsWith(`${name}/`),
    ),
  );

export const onlyTheCommandLineEnds: Law = (files) =>
  offendingCode(
    files.filter(({ path }) => !mayEndProcess.test(path)),
    processEnders,
  );

export const importsLeadSomewhere: Law = (files) => {
  const paths = new Set(files.map(({ path }) => path));
  return offendingImports(files, ({ file }) => file !== undefined && !paths.has(file));
};

export const filesAreSmall: Law = (files) =>
  files.flatMap(({ path, text }) => {
    const lines = text.split('\n').length - 1;
    return lines > linesMost ? [`${path} has ${lines} lines, ${linesMost} are allowed`] : [];
  });

export const typesAreHonest: Law = (files) => [
  ...offendingCode(files, anyType),
  ...files.flatMap((file) => offences(file, file.text, silenced)),
];

function stageOf(path: string): string | undefined {
  return stages.find((stage) => path.startsWith(`${stage}/`));
}

function reachedFrom(from: readonly SourceFile[], files: readonly SourceFile[]): SourceFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set(from);
  for (const { imports } of reached) {
    for (const { file } of imports) {
      const next = byPath.get(file ?? '');
      if (next) reached.add(next);
    }
  }
  return [...reached];
}

function offendingImports(
  files: readonly SourceFile[],
  offends: (imported: SourceFile['imports'][number]) => boolean,
): string[] {
  return files.flatMap(({ path, imports }) =>
    imports.filter(offends).map(({ line, specifier }) => `${path}:${line} imports ${specifier}`),
  );
}

function offendingCode(files: readonly SourceFile[], pattern: RegExp): string[] {
  return files.flatMap((file) => offences(file, file.code, pattern));
}

function offences({ path }: SourceFile, text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(
    (match) => `${path}:${lineAt(text, match.index)} says ${match[0].trim()}`,
  );
}
