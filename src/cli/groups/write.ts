import type { CommandSpec, FamilySpec } from '../command.ts';
import { editOptions, fileOption, placeOptions } from '../edit-options.ts';

export const writeCommands: readonly (CommandSpec | FamilySpec)[] = [
  {
    usage: 'check [path]',
    summary: 'read all files of the project and report their problems; exit 1 if there are any',
    formats: ['json', 'sarif'],
    examples: [
      ['pzm check', 'the whole project'],
      ['pzm check policies/shop.ini', 'what concerns one file'],
      ['pzm check --format sarif', 'for code hosts and editors'],
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
      {
        usage: 'graph [name]',
        summary: 'a picture of a flow: what runs at each step, and what cannot',
        formats: ['json', 'mermaid'],
        options: [{ flags: '--all', doc: 'every flow' }],
        examples: [
          ['pzm flow graph ObserveTarget', 'boxes, for a terminal of 80 columns'],
          ['pzm flow graph --all --format mermaid', 'for a page that draws Mermaid'],
        ],
        load: () => import('../commands/flow-graph.ts'),
      },
      {
        usage: 'test [name...]',
        summary: 'walk the cases of flows/<name>.test.ini without a node; exit 1 if one fails',
        formats: ['json', 'jsonl'],
        examples: [
          ['pzm flow test', 'all of them'],
          ['pzm flow test note', 'those of flows/note.test.ini'],
        ],
        load: () => import('../commands/flow-test.ts'),
      },
      {
        usage: 'add <name> [step...]',
        summary: 'write a new flow; the entry and the end are added where they are not given',
        formats: ['json'],
        options: [fileOption('flows', 'one of its own'), ...editOptions],
        examples: [
          ["pzm flow add Note 'Subject?Note?pass' 'Relay?Note@PUBLISH?written'", 'in flows/note.ini'],
        ],
        load: () => import('../commands/flow-add.ts'),
      },
      {
        usage: 'remove <name>',
        summary: 'take a flow of yours out of its file',
        formats: ['json'],
        options: editOptions,
        examples: [['pzm flow remove Note --dry-run', 'what would go']],
        load: () => import('../commands/flow-remove.ts'),
      },
      {
        usage: 'rename <name> <new>',
        summary: 'give a flow of yours another name; its steps and topics keep their actions',
        formats: ['json'],
        options: editOptions,
        examples: [['pzm flow rename Note Memo', 'tasks are pushed to Memo from then on']],
        load: () => import('../commands/flow-rename.ts'),
      },
      {
        name: 'step',
        summary: 'change the steps of a flow',
        commands: [
          {
            usage: 'add <flow> <step>',
            summary: "write a step, before the flow's end unless a neighbour is named",
            formats: ['json'],
            options: [...placeOptions, ...editOptions],
            examples: [
              ["pzm flow step add Note 'Relay?Note@PUBLISH?seen'", 'the last one before ??done'],
              ["pzm flow step add Note 'Subject?Note?check' --after 1", 'right after the entry'],
            ],
            load: () => import('../commands/flow-step-add.ts'),
          },
          {
            usage: 'remove <flow> <step>',
            summary: 'take a step out',
            formats: ['json'],
            options: editOptions,
            examples: [["pzm flow step remove Note 'Relay?Note@PUBLISH?written'", 'or its place: 3']],
            load: () => import('../commands/flow-step-remove.ts'),
          },
          {
            usage: 'move <flow> <step>',
            summary: 'take a step to another place',
            formats: ['json'],
            options: [...placeOptions, ...editOptions],
            examples: [['pzm flow step move Note 3 --before 2', 'two steps change places']],
            load: () => import('../commands/flow-step-move.ts'),
          },
        ],
      },
    ],
  },
  {
    name: 'mapping',
    summary: 'which method an action key leads to',
    commands: [
      {
        usage: 'add <key> <target>',
        summary: 'map an action key to a method',
        formats: ['json'],
        options: [
          fileOption('actionmappings', "where the context's others are"),
          { flags: '--replace', doc: 'change the target of a key that is mapped already' },
          ...editOptions,
        ],
        examples: [
          ["pzm mapping add 'Subject?Note?pass' Relay.pass", 'a built-in component'],
          ["pzm mapping add 'scales?Parcel?price' exec:tariff.price --replace", 'an executable of yours'],
        ],
        load: () => import('../commands/mapping-add.ts'),
      },
      {
        usage: 'remove <key>',
        summary: 'take a mapping of yours out of its file',
        formats: ['json'],
        options: editOptions,
        examples: [["pzm mapping remove 'Subject?Note?pass'", 'refused while a step needs it']],
        load: () => import('../commands/mapping-remove.ts'),
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
