import { commandTable } from '../../dist/cli/command-table.js';
import { globalOptions } from '../../dist/cli/program.js';

/** docs/cli.md, from the table that the command line itself goes by. */
export function cliPage() {
  const groups = commandTable.map(
    ({ group, commands }) => `## ${group}\n\n${commands.flatMap((spec) => sectionsOf(spec)).join('\n\n')}`,
  );
  return `# The command line

<!-- Written by scripts/reference.mjs from src/cli/groups/: change it there. -->

\`polar-zmanager\`, and \`pzm\` for short. Data is on stdout, narration on stderr; what the exit codes mean is in
[operations.md](operations.md), which error has which in [errors.md](errors.md).

Every command takes

${globalOptions.map(optionLine).join('\n')}

An option that is not given is read from its variable of the environment, named behind it.

${groups.join('\n\n')}
`;
}

function sectionsOf(spec, prefix = '') {
  if (!('commands' in spec)) return [sectionOf(spec, prefix)];
  return spec.commands.flatMap((member) => sectionsOf(member, `${prefix}${spec.name} `));
}

function sectionOf({ usage, summary, formats = [], options = [], examples }, prefix) {
  const shown = examples.map(([line, purpose]) => `${line}   # ${purpose}`).join('\n');
  return [
    `### pzm ${prefix}${usage.replaceAll('<', '&lt;')}`,
    `${sentence(summary)} Formats: ${['text', ...formats].join(', ')}.`,
    ...(options.length > 0 ? [options.map(optionLine).join('\n')] : []),
    `\`\`\`sh\n${shown}\n\`\`\``,
  ].join('\n\n');
}

function optionLine({ flags, doc }) {
  const [, name = ''] = /--([a-z-]+)/.exec(flags) ?? [];
  return `- \`${flags}\`: ${doc} (\`POLAR_${name.toUpperCase().replaceAll('-', '_')}\`)`;
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
