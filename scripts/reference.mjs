// Writes the reference pages of docs/ from the tables that the product itself goes by (in dist/), and from the schemas.
//   node scripts/reference.mjs            writes them
//   node scripts/reference.mjs --check    names those that are out of date; exit 1 if there are any
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { polarSpec } from '../dist/config/polar-spec.js';
import { settingText } from '../dist/config/setting-text.js';
import { formatDuration } from '../dist/model/duration.js';
import { errorCodes } from '../dist/model/errors.js';
import { eventTypes } from '../dist/model/event.js';
import { observerKinds } from '../dist/observers/kinds.js';
import { policySpec, targetSpec } from '../dist/policies/target-spec.js';
import { metricTable } from '../dist/telemetry/metric-table.js';
import { asyncApi } from './reference/asyncapi.mjs';
import { cliPage } from './reference/cli-page.mjs';
import { eventsPage } from './reference/events-page.mjs';
import { screensPage } from './reference/screens-page.mjs';
import { table } from './reference/table.mjs';

const pages = {
  'docs/errors.md': errorsPage(),
  'docs/configuration.md': configurationPage(),
  'docs/metrics.md': metricsPage(),
  'docs/cli.md': cliPage(),
  'docs/screens.md': screensPage(),
  'docs/events/reference.md': eventsPage(),
  'docs/events/asyncapi.json': asyncApi({
    version: versionOfPackage(),
    eventTypes,
    broker: polarSpec.broker,
  }),
};
const pathOf = (page) => fileURLToPath(new URL(`../${page}`, import.meta.url));

if (process.argv.includes('--check')) {
  const stale = Object.entries(pages).filter(([page, text]) => readOrNothing(pathOf(page)) !== text);
  for (const [page] of stale) console.error(`${page} is out of date; write it anew with: npm run docs`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [page, text] of Object.entries(pages)) writeFileSync(pathOf(page), text);
}

function errorsPage() {
  const rows = Object.entries(errorCodes).map(([code, { meaning, disposition, exit }]) => [
    `\`${code}\``,
    meaning,
    disposition,
    exit,
  ]);
  return `# Error codes

<!-- Written by scripts/reference.mjs from src/model/errors.ts: change it there. -->

Codes are stable: scripts may match on them. A command that ends with an error prints \`error: …\`, where it is, and what
to do next, and exits with the number in the last column.

The third column says what becomes of a task that fails with the code: \`retry\`, it is tried again after a pause and is a
dead letter after its last attempt; \`reject\`, it is a dead letter at once, for it can never succeed; \`fatal\`, it is
tried again as with \`retry\`, and the process whose actor threw it ends and is started anew. An error without a code is a
mistake in the program: the task is tried again, and the actor that threw it is made anew.

${table(['code', 'meaning', 'its task', 'exit'], rows)}

Problems in files have codes of their own: those of flows and mappings are in [flows.md](flows.md), those of policies in
[policies.md](policies.md), those of \`polar.ini\` in [configuration.md](configuration.md).
`;
}

function configurationPage() {
  const sections = Object.entries(polarSpec).map(
    ([name, { doc, settings }]) =>
      `### [${name}]\n\n${doc}\n\n${settingsTable(settings, name === 'gateway' || name === 'broker' ? 'none' : 'by the machine')}`,
  );
  const { policy, target, kinds } = policySections();
  return `# Configuration

<!-- Written by scripts/reference.mjs from the specs that read the files: change it there. -->

Every setting that a file may have. An unknown key is an error, with the one that was probably meant; all problems of a
file are reported at once, each with its line (\`pzm check\`).

## polar.ini

\`pzm init\` writes one with every setting as a comment. Paths are relative to the file. Problems have the codes
\`config.unknown-section\`, \`config.unknown-key\`, \`config.duplicate-key\`, \`config.invalid-value\`,
\`config.no-credentials\` (a gateway that listens and asks nobody who they are) and \`config.plaintext\`
(a broker on another machine over a link that is not encrypted); a node does not start with one of them (exit 78).

${sections.join('\n\n')}

## policies/*.ini

What sections there are, and which one stands in for what, is in [policies.md](policies.md).

### [policy]

For all targets of the file.

${policy}

### Every target

${target}

${kinds.join('\n\n')}
`;
}

function metricsPage() {
  const rows = metricTable.map(({ name, type, labels = [], help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  return `# Metrics

<!-- Written by scripts/reference.mjs from src/telemetry/metric-table.ts: change it there. -->

What \`GET /metrics\` of the gateway says ([gateway.md](gateway.md)), in the text format of Prometheus. A number that is not
known is left out, never 0. What a process counts begins anew with each of its lives, as Prometheus expects of a counter;
it has the label \`process\`, so that one life's end does not look like another one's.

${table(['metric', 'is a', 'labels', 'says'], rows)}
`;
}

function policySections() {
  const kinds = [...observerKinds.values()].map(
    ({ kind, settings }) => `### [${kind}:…]\n\nBesides those of every target.\n\n${settingsTable(settings)}`,
  );
  return { policy: settingsTable(policySpec), target: settingsTable(targetSpec), kinds };
}

function settingsTable(settings, withoutDefault = 'none') {
  const rows = Object.entries(settings).map(([key, setting]) => [
    `\`${key}\``,
    setting.doc,
    constraintOf(setting),
    setting.required ? 'needed' : defaultOf(setting, withoutDefault),
    `\`${setting.example.includes(' = ') ? setting.example : `${key.replace('*', 'name')} = ${setting.example}`}\``,
  ]);
  return table(['key', 'what it says', 'it is', 'default', 'example'], rows);
}

/** What the reader itself says of a value that nobody would write. */
function constraintOf({ read }) {
  try {
    read('99999999d');
    return 'text';
  } catch (problem) {
    const rule = problem.message
      .replace(/^must be (from (?=\d+ ms))?/, (_, range) => (range ? 'a duration from ' : ''))
      .replace(/, not "99999999d".*$/s, '');
    return rule.replace(/(\d+) ms\b/g, (_, ms) => formatDuration(Number(ms)));
  }
}

function defaultOf(setting, withoutDefault) {
  const { list, fallback } = setting;
  if (fallback === undefined || (list && fallback.length === 0)) return withoutDefault;
  return `\`${settingText(setting, fallback)}\``;
}

function versionOfPackage() {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

function readOrNothing(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
