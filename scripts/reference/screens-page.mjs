import { readFileSync } from 'node:fs';

/** What a reader is shown: the command, what to look at, and whether it takes the whole terminal. */
const screens = [
  {
    name: 'up',
    line: 'pzm up',
    says: 'stays, and prints what happens: here each target was looked at for the first time',
  },
  {
    name: 'top',
    line: 'pzm top',
    isWhole: true,
    says: 'is the running node, once a second. The second line says what holds it up, if anything does. It waits while the node is away, and shows how it was last',
  },
  { name: 'top-help', line: 'pzm top', says: 'explains its figures when `?` is typed' },
  {
    name: 'state-watch',
    line: 'pzm state --watch',
    isWhole: true,
    says: 'is the state of the targets; those that have changed in the last ten seconds are marked. Where there is not room for all, those that are not all right come first',
  },
  {
    name: 'tap',
    line: 'pzm tap http:shop',
    says: 'prints events as they are journaled, here those of one target',
  },
  {
    name: 'logs',
    line: 'pzm logs --lines 6',
    says: 'is what all processes have logged; on a terminal a line is cut where the terminal ends',
  },
  {
    name: 'flow-step-add',
    line: "pzm flow step add Note 'Relay?Note@PUBLISH?seen'",
    says: 'shows what it changes, and returns when the running node goes by it',
  },
  {
    name: 'error',
    line: "pzm flow step add Note 'Relay?Note@PUBLSH?heard'",
    says: 'is refused: what, where, and what to do',
  },
  { name: 'down', line: 'pzm down', says: 'returns when what was begun is finished' },
];

/** docs/screens.md, from the screens that test/e2e/screens.test.ts has seen on a terminal. */
export function screensPage() {
  return `# What it looks like

<!-- Written by scripts/reference.mjs from test/e2e/screens/: a test keeps those. -->

Each screen is what a terminal of 80 columns and 24 lines showed, without its colours; some also in 200 × 50. A test plays
the same session again, and finds the same screens but for figures, times and hashes. Colours, and lines that are redrawn,
are for terminals only: in a pipe there are plain lines ([cli.md](cli.md)). On a terminal a command that takes over a second
says what it waits for, in a line that is gone when it is done.

${screens.map(sectionOf).join('\n\n')}
`;
}

function sectionOf({ name, line, says, isWhole = false }) {
  const blocks = [blockOf('80x24', name), ...(isWhole ? ['In 200 × 50:', blockOf('200x50', name)] : [])];
  return [`## ${name}`, `\`${line}\` ${says}.`, ...blocks].join('\n\n');
}

function blockOf(size, name) {
  const file = new URL(`../../test/e2e/screens/${size}/${name}.txt`, import.meta.url);
  return `\`\`\`text\n${readFileSync(file, 'utf8')}\`\`\``;
}
