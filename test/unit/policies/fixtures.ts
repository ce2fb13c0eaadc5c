import { SettingProblem } from '../../../src/config/settings.ts';
import type { ObserverKind } from '../../../src/observers/observer.ts';

/** Kinds that look at nothing: `fake` has every sort of setting, `echo` shows that kinds do not mix. */
const fake: ObserverKind = {
  kind: 'fake',
  settings: {
    url: { read: readUrl, doc: 'Where.', example: 'http://shop.example/', required: true },
    'header.*': { read: (text) => text, doc: 'Headers.', example: 'x', secret: true },
    facts: { read: (text) => text, doc: 'Some facts.', example: 'a, b', list: true, fallback: [] },
  },
  shorthand: { key: 'url', example: 'http://shop.example/', every: '30s', expect: () => ({}) },
  resource: (settings) => String(settings['url']),
  group: (settings) => new URL(String(settings['url'])).host,
  check: (settings) => (String(settings['url']).endsWith('/never') ? 'this is never observed' : undefined),
  observe: (settings, { now }) =>
    Promise.resolve({
      outcome: { kind: 'observed' },
      facts: { url: String(settings['url']) },
      measures: {},
      resource: String(settings['url']),
      time: now(),
    }),
};

const echo: ObserverKind = { ...fake, kind: 'echo' };

export const fakeKinds: ReadonlyMap<string, ObserverKind> = new Map([
  ['fake', fake],
  ['echo', echo],
]);

function readUrl(written: string): string {
  if (!URL.canParse(written)) throw new SettingProblem(`must be a URL, not "${written}"`);
  return written;
}
