import { afterEach, describe, expect, it } from 'vitest';
import type { Facts, UnreachableReason } from '../../src/model/observation.ts';
import type { ObserverKind } from '../../src/observers/observer.ts';
import { settingsOf } from './observer/settings-of.ts';

/** Something to look at, there until it is closed. */
export interface Place {
  /** As a policy would write them. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface Subject {
  readonly kind: ObserverKind;
  healthy(): Promise<Place>;
  /** The names of its measures. */
  readonly measures: readonly string[];
  /** What no look at it finishes within 200 ms. */
  slow(): Promise<Place>;
  /** What each fault is to be called. */
  readonly faults: readonly (readonly [fault: string, UnreachableReason, () => Promise<Place>])[];
  /** Settings with the group and the canonical URI that they have. */
  readonly identity: {
    readonly settings: Readonly<Record<string, string>>;
    readonly group: string;
    readonly resource: string;
  };
}

/** What a deadline may be passed by on a busy machine. */
const graceMs = 3000;

const time = 1_700_000_000_000;

/** What every kind of observer keeps, whatever it observes (`ObserverKind`). */
export function describeObserver({ kind, healthy, measures, slow, faults, identity }: Subject): void {
  describe(`observer ${kind.kind}`, () => {
    let opened: Place | undefined;
    const open = async (place: Promise<Place>) => {
      opened = await place;
      return settingsOf(kind, opened.settings);
    };
    afterEach(async () => {
      await opened?.close();
      opened = undefined;
    });

    const observe = (
      settings: ReturnType<typeof settingsOf>,
      timeoutMs: number,
      signal = new AbortController().signal,
    ) => kind.observe(settings, { signal, timeoutMs, now: () => time });

    it('brings flat facts and measures of a healthy target, as JSON can carry them', async () => {
      const settings = await open(healthy());
      const observation = await observe(settings, 5000);
      expect(observation).toMatchObject({ outcome: { kind: 'observed' }, time });
      expect(observation.resource).toBe(kind.resource(settings));
      expect(Object.keys(observation.measures).sort()).toEqual(measures);
      expect(Object.keys(observation.facts)).not.toEqual([]);
      for (const values of [observation.facts, observation.measures]) expectScalars(values);
      expect(JSON.parse(JSON.stringify(observation))).toEqual(observation);
    });

    it('brings the same facts when nothing has changed', async () => {
      const settings = await open(healthy());
      expect((await observe(settings, 5000)).facts).toEqual((await observe(settings, 5000)).facts);
    });

    it('says "timeout" of what is too slow, at the deadline', async () => {
      const settings = await open(slow());
      const startedAt = performance.now();
      const { outcome, facts } = await observe(settings, 200);
      expect(outcome).toEqual({ kind: 'unreachable', reason: 'timeout', detail: expect.any(String) });
      expect(facts).toEqual({});
      expect(performance.now() - startedAt).toBeLessThan(200 + graceMs);
    });

    for (const [fault, reason, start] of faults) {
      it(`says "${reason}" of ${fault}, within the deadline`, async () => {
        const settings = await open(start());
        const startedAt = performance.now();
        const { outcome, facts } = await observe(settings, 4000);
        expect(outcome).toEqual({ kind: 'unreachable', reason, detail: expect.stringMatching(/./) });
        expect(facts).toEqual({});
        expect(performance.now() - startedAt).toBeLessThan(4000 + graceMs);
      });
    }

    it('rejects with the reason of its signal, and blames no target for it', async () => {
      const settings = await open(slow());
      const stop = new AbortController();
      const observation = observe(settings, 60_000, stop.signal);
      stop.abort(new Error('the worker stops'));
      await expect(observation).rejects.toThrow('the worker stops');
      await expect(observe(settings, 60_000, stop.signal)).rejects.toThrow('the worker stops');
    });

    it('names its group, and its resource by a canonical URI', () => {
      const settings = settingsOf(kind, identity.settings);
      expect(kind.group(settings)).toBe(identity.group);
      expect(kind.resource(settings)).toBe(identity.resource);
      expect(URL.canParse(identity.resource)).toBe(true);
    });

    it('takes its own example for a target, and its advice for a policy', async () => {
      const { key, example, expect: advise } = kind.shorthand;
      expect(() => settingsOf(kind, { [key]: example })).not.toThrow();
      const { facts, measures } = await observe(await open(healthy()), 5000);
      for (const name of Object.keys(advise(facts))) expect({ ...facts, ...measures }).toHaveProperty([name]);
    });
  });
}

function expectScalars(values: Facts): void {
  for (const value of Object.values(values)) expect(Object(value)).not.toBe(value);
}
