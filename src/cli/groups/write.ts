import type { CommandSpec, FamilySpec } from '../command.ts';

export const writeCommands: readonly (CommandSpec | FamilySpec)[] = [
  {
    usage: 'check [path]',
    summary: 'read all files of the project and report their problems; exit 1 if there are any',
    formats: ['json'],
    examples: [
      ['pzm check', 'the whole project'],
      ['pzm check policies/shop.ini', 'what concerns one file'],
    ],
    load: () => import('../commands/check.ts'),
  },
  {
    name: 'flow',
    summary: 'how messages travel',
    commands: [
      {
        usage: 'list',
        summary: "every flow, the product's own and yours",
        formats: ['json', 'jsonl'],
        examples: [['pzm flow list', 'name, origin, steps and place of each']],
        load: () => import('../commands/flow-list.ts'),
      },
      {
        usage: 'lint [name...]',
        summary: 'problems of flows and their action mappings; exit 1 if there are any',
        formats: ['json', 'jsonl'],
        examples: [['pzm flow lint', 'all of them']],
        load: () => import('../commands/flow-lint.ts'),
      },
      {
        usage: 'show <name>',
        summary: 'the steps of a flow, and what runs at each',
        formats: ['json'],
        examples: [['pzm flow show ObserveTarget', 'what becomes of an observation']],
        load: () => import('../commands/flow-show.ts'),
      },
      {
        usage: 'explain <key>',
        summary: 'which mapping an action key leads to, and by which rule',
        formats: ['json'],
        examples: [
          ["pzm flow explain 'Subject?ObserveTarget?observe'", 'what was tried, and what was found'],
        ],
        load: () => import('../commands/flow-explain.ts'),
      },
    ],
  },
  {
    name: 'policy',
    summary: 'what is observed and expected',
    commands: [
      {
        usage: 'list',
        summary: 'the targets that the policy files name',
        formats: ['json', 'jsonl'],
        examples: [['pzm policy list', 'name, interval and expectations of each']],
        load: () => import('../commands/policy-list.ts'),
      },
      {
        usage: 'plan [path]',
        summary: 'what would change if the policy files were in force; exit 1 if they have problems',
        formats: ['json'],
        examples: [
          ['pzm policy plan', 'the files of this project against the set in force'],
          ['pzm policy plan ../review/policies', 'those of another folder'],
        ],
        load: () => import('../commands/policy-plan.ts'),
      },
      {
        usage: 'show [target]',
        summary: 'the set that is in force, or all settings of a target',
        formats: ['json'],
        examples: [
          ['pzm policy show', 'since when, and from which files'],
          ['pzm policy show http:shop', 'as written, defaults filled in'],
        ],
        load: () => import('../commands/policy-show.ts'),
      },
    ],
  },
];
