import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOutput } from '../../../src/cli/output.ts';
import { createProgressLine } from '../../../src/cli/progress.ts';

const terminal = (columns: number | undefined = 80) => {
  const written: string[] = [];
  return { isTTY: true, columns, written, write: (text: string) => written.push(text) };
};
const erased = '\r\u001b[K';

describe('the progress line', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const line = (stream: ReturnType<typeof terminal>) => createProgressLine(stream, Date.now);
  const lasting = (ms: number) => new Promise<string>((resolve) => setTimeout(resolve, ms, 'done'));

  it('is not seen of what is done within a second', async () => {
    const stream = terminal();
    const work = line(stream).during('draining', () => lasting(900));
    await vi.advanceTimersByTimeAsync(900);
    expect(await work).toBe('done');
    expect(stream.written).toEqual([]);
  });

  it('comes after a second, counts whole ones, and is gone at the end', async () => {
    const stream = terminal();
    const work = line(stream).during('draining', () => lasting(2900));
    await vi.advanceTimersByTimeAsync(2900);
    await work;
    const shown = stream.written.map((text) => text.replaceAll('\r', '').replaceAll('\u001b[K', ''));
    expect([...new Set(shown)]).toEqual(['draining · 1 s', 'draining · 2 s', '']);
    expect(stream.written.at(-1)).toBe(erased);
  });

  it('is gone when the work fails, and the failure stays', async () => {
    const stream = terminal();
    const work = line(stream).during('draining', async () => {
      await lasting(1500);
      throw new Error('it fell over');
    });
    const failure = expect(work).rejects.toThrow('it fell over');
    await vi.advanceTimersByTimeAsync(1500);
    await failure;
    expect(stream.written.at(-1)).toBe(erased);
  });

  it('is drawn by work that never lets go of the event loop, and not more often than people read', async () => {
    const stream = terminal();
    let clock = 0;
    await createProgressLine(stream, () => clock).during('verifying', (tell) => {
      for (; clock < 10_000; clock += 10) tell(`verifying · seq ${clock}`);
    });
    expect(stream.written[0]).toContain('verifying · seq 1000 · 1 s');
    expect(stream.written.length).toBeLessThanOrEqual(20);
  });

  it('is never wider than the terminal, and obeys nothing that it quotes', async () => {
    const stream = terminal(20);
    const work = line(stream).during('looking at \u001b[2Jsomewhere far away', () => lasting(1200));
    await vi.advanceTimersByTimeAsync(1200);
    await work;
    expect(stream.written[0]).toBe('\rlooking at \\u001b[…\u001b[K\r');
  });

  it('leaves no listener behind', async () => {
    const before = [process.listenerCount('exit'), process.listenerCount('SIGINT')];
    await line(terminal()).during('draining', () => 'done');
    expect([process.listenerCount('exit'), process.listenerCount('SIGINT')]).toEqual(before);
  });
});

describe('output', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearInterval', 'performance'] });
    vi.stubEnv('TERM', 'xterm');
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });
  const options = { format: 'text', quiet: false, verbose: false, colour: false } as const;

  it('takes the progress line away before it says something', async () => {
    const stderr = terminal();
    const output = createOutput(options, { write() {} }, stderr);
    const work = output.during('draining', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1400));
      output.note('half of it');
    });
    await vi.advanceTimersByTimeAsync(1400);
    await work;
    expect(stderr.written.at(-2)).toBe(erased);
    expect(stderr.written.at(-1)).toBe('half of it\n');
  });

  it.each([
    ['stderr is no terminal', { isTTY: false }, {}],
    ['it is told to be quiet', {}, { quiet: true }],
  ])('shows no progress where %s', async (_, stream, more) => {
    const stderr = { ...terminal(), ...stream };
    const work = createOutput({ ...options, ...more }, { write() {} }, stderr).during(
      'draining',
      () => new Promise((resolve) => setTimeout(resolve, 3000)),
    );
    await vi.advanceTimersByTimeAsync(3000);
    await work;
    expect(stderr.written).toEqual([]);
  });
});
