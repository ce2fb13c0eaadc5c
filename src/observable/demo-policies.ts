import { readFile } from 'node:fs/promises';
import type { PolicyFile } from '../model/policy.ts';

/** From `src/` and from `dist/` the package's folder is two levels up. */
const template = new URL('../../policies/demo.ini', import.meta.url);

/** The demo's policies, for an observable that listens on this port. */
export async function loadDemoPolicies(port: number): Promise<PolicyFile> {
  const text = await readFile(template, 'utf8');
  return { name: 'demo.ini', text: text.replaceAll('{port}', String(port)) };
}
