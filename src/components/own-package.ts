import { readFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import type { ComponentFile } from './folder.ts';

const entry = 'polar-zmanager/component';
const importsEntry = /\bfrom\s*['"]polar-zmanager\/component['"]/;

/**
 * Lets components import this package's entry where it is not installed beside them, as with a global `pzm`: they are
 * given the one that runs. Only there, for the hook costs a thread.
 */
export function offerOwnPackage(files: readonly ComponentFile[]): void {
  const [first] = files;
  if (!first || canResolve(first.file) || !files.some(({ file }) => isImporting(file))) return;
  const url = JSON.stringify(new URL('./define-component.js', import.meta.url).href);
  const hook = `export const resolve = (specifier, context, next) =>
    specifier === '${entry}' ? { url: ${url}, shortCircuit: true } : next(specifier, context);`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
}

function canResolve(from: string): boolean {
  try {
    createRequire(from).resolve(entry);
    return true;
  } catch {
    return false;
  }
}

/** One that cannot be read is told of when it is loaded. */
function isImporting(file: string): boolean {
  try {
    return importsEntry.test(readFileSync(file, 'utf8'));
  } catch {
    return false;
  }
}
