import { readFileSync } from 'node:fs';

/** From `src/` and from `dist/` the package's folder is two levels up. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
