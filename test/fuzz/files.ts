import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chance } from '../simulation/random.ts';
import { mutate, randomBytes } from './mutations.ts';

const folders = ['policies', 'flows', 'actionmappings'] as const;
export type RuleFolder = (typeof folders)[number];

/** Each is called this; what the project has by itself is left alone. */
const prefix = 'fuzz-';

const samples: Readonly<Record<RuleFolder, string>> = {
  policies:
    '[policy]\nowner = fuzz\n[http]\nevery = 1h\n\n[http:fuzz]\nurl = http://127.0.0.1:1/\nexpect.status = 200\n',
  flows: '[Fuzz]\n?Fuzz?Push\nSubject?Fuzz?count\nwork?Fuzz@PUBLISH?counted\n??done\n',
  actionmappings: '[actionmapping]\nSubject?Fuzz?count = work.count\n?Fuzz? = work.rest\n',
};

const odd = [
  '',
  '[',
  '[]\n',
  '[__proto__]\n__proto__ = 1\n',
  '[http:__proto__]\nurl = http://127.0.0.1:1/\n',
  `[${'x'.repeat(100_000)}]\n`,
  `${'?'.repeat(50_000)}\n`,
  'a=b\n'.repeat(20_000),
  '[x]\n'.repeat(5000),
  '\ufeff[Fuzz]\r\n?Fuzz?Push\r??done',
  '[actionmapping]\n??fuzz = __proto__.constructor\n??fuzz2 = work.__proto__\n',
  `[http:fuzz]\nurl = \${env:FUZZ}\${file:/dev/zero}\nevery = 1e999s\ncron = * * * * * * * *\n`,
];

/** One folder gets a file that is random, broken, odd, or none. */
export function disturb(chance: Chance, project: string): void {
  const folder = chance.pick(folders);
  const path = join(project, folder, `${prefix}${chance.between(1, 3)}.ini`);
  rmSync(path, { recursive: true, force: true });
  switch (chance.between(0, 9)) {
    case 0:
      mkdirSync(path);
      return;
    case 1:
      symlinkSync(chance.pick(['/nowhere', path, '/dev/zero']), path);
      return;
    case 2:
      // Whoever opens it waits for ever.
      execFileSync('mkfifo', [path]);
      return;
    case 3:
      writeFileSync(path, Buffer.alloc(chance.between(2_000_000, 6_000_000), '[x]\n'));
      return;
    case 4:
      writeFileSync(path, randomBytes(chance, 5000));
      return;
    case 5:
      writeFileSync(path, chance.pick(odd));
      return;
    default:
      writeFileSync(path, mutate(chance, Buffer.from(samples[folder])));
  }
}

/** A text for `check`, which reads polar.ini once more. */
export function anyPolarIni(chance: Chance): Buffer {
  const sound = '[node]\nname = anna\n[run]\ndir = run\nworkers = 2\n[push]\nmax_attempts = 3\n';
  return chance.happens(0.3) ? randomBytes(chance, 2000) : mutate(chance, Buffer.from(sound));
}

export function calm(project: string): void {
  for (const folder of folders) {
    for (const name of readdirSync(join(project, folder))) {
      if (name.startsWith(prefix)) rmSync(join(project, folder, name), { recursive: true, force: true });
    }
  }
}
