import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { componentsDir } from '../components/folder.ts';
import { messageOf, PolarError } from '../model/errors.ts';

/**
 * Writes a component and its test into a project, as ES modules: where no package.json says what a `.js` is, one is
 * written, too. Nothing is ever overwritten.
 * @returns what was written, relative to the project
 * @throws usage.invalid, io.unwritable
 */
export function writeComponent(root: string, name: string, builtIn: ReadonlySet<string>): string[] {
  if (!/^[A-Za-z][\w-]*$/.test(name)) {
    throw new PolarError('usage.invalid', `"${name}" cannot name a component.`, {
      hint: 'Begin with a letter; allowed are A-Z a-z 0-9 _ -.',
    });
  }
  if (builtIn.has(name)) {
    throw new PolarError('usage.invalid', `"${name}" is a built-in component.`, {
      hint: 'Choose another name.',
    });
  }
  const type = moduleTypeIn(root);
  const ending = type === 'commonjs' ? 'mjs' : 'js';
  const files: readonly (readonly [path: string, text: string])[] = [
    [join(componentsDir(root), `${name}.${ending}`), componentText(name)],
    [join(root, 'test', `${name}.test.${ending}`), testText(name, ending)],
    ...(type === undefined ? ([[join(root, 'package.json'), packageText]] as const) : []),
  ];
  const there = files.find(([path]) => existsSync(path));
  if (there) {
    throw new PolarError('usage.invalid', `There is ${there[0]} already.`, {
      hint: 'Choose another name; nothing was changed.',
    });
  }
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { flag: 'wx' });
    }
  } catch (cause) {
    throw new PolarError(
      'io.unwritable',
      `The component cannot be written in ${root}: ${messageOf(cause)}.`,
      {
        cause,
        hint: 'Make the project a folder that you can write.',
      },
    );
  }
  return files.map(([path]) => relative(root, path));
}

/** What the nearest package.json makes of a `.js`; undefined where there is none. One that is broken says nothing of it. */
function moduleTypeIn(folder: string): 'module' | 'commonjs' | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return dirname(folder) === folder ? undefined : moduleTypeIn(dirname(folder));
  try {
    const { type } = JSON.parse(readFileSync(file, 'utf8')) as { type?: unknown };
    return type === 'module' ? 'module' : 'commonjs';
  } catch {
    return 'commonjs';
  }
}

const packageText = `${JSON.stringify({ private: true, type: 'module' }, undefined, 2)}\n`;

function componentText(name: string): string {
  return `/** @type {import('polar-zmanager/component').Component} */
const component = {
  /** Runs at the steps that an action mapping maps to ${name}.handle; what it returns is the next step's body. */
  async handle(body, context) {
    if (body === null) return context.end('nothing to do');
    context.log.debug({ body }, 'handled');
    return { handled: body };
  },
};

export default component;
`;
}

function testText(name: string, ending: string): string {
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import component from '../components/${name}.${ending}';

// What a worker gives, as far as this component looks at it.
const context = {
  log: { debug() {}, info() {}, warn() {}, error() {} },
  end: (reason) => ({ ended: reason }),
};

test('hands on what it handled', async () => {
  assert.deepEqual(await component.handle({ order: 7 }, context), { handled: { order: 7 } });
});

test('ends the flow where there is nothing to do', async () => {
  assert.deepEqual(await component.handle(null, context), { ended: 'nothing to do' });
});
`;
}
