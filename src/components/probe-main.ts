/**
 * The main module of the process in which `probeComponents` runs the modules of a project: whatever they do to their
 * process, they do it to this one. The file descriptor 3 takes the answer, for they may print.
 */
import { writeFileSync } from 'node:fs';
import { methodsOf } from '../actors/components.ts';
import { listComponents } from './folder.ts';
import { loadModules } from './load-modules.ts';

const { POLAR_PROBE_DIR: projectDir = '', POLAR_PROBE_BUILT_IN: builtIn = '' } = process.env;
const { modules } = listComponents(projectDir, new Set(builtIn.split(' ')));
const { components, findings } = await loadModules(modules);
const methods = Array.from(methodsOf(components), ([name, own]) => [name, [...own]]);
writeFileSync(3, JSON.stringify({ methods, findings }));
// They may have begun something that never ends.
process.exit(0);
