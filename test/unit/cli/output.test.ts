import { describe, expect, it } from 'vitest';
import { createOutput, type OutputOptions, takesColour } from '../../../src/cli/output.ts';

const collected = (options: Partial<OutputOptions>) => {
  const written = { stdout: '', stderr: '' };
  const writer = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const all = { format: 'text', quiet: false, verbose: false, colour: false, ...options } as const;
  return { output: createOutput(all, writer('stdout'), writer('stderr')), written };
};
const list = [{ name: 'a' }, { name: 'b' }];

describe('output', () => {
  it('says data in the format that was asked for', () => {
    const said = (format: OutputOptions['format'], data: unknown) => {
      const { output, written } = collected({ format });
      output.show(data, () => ['first', 'second']);
      return written.stdout;
    };
    expect(said('text', list)).toBe('first\nsecond\n');
    expect(JSON.parse(said('json', list))).toEqual(list);
    expect(said('jsonl', list)).toBe('{"name":"a"}\n{"name":"b"}\n');
    expect(said('jsonl', { one: 1 })).toBe('{"one":1}\n');
  });

  it('writes nothing at all for an empty list of lines', () => {
    const { output, written } = collected({});
    output.show([], () => []);
    expect(written).toEqual({ stdout: '', stderr: '' });
  });

  it('narrates on stderr, unless told to be quiet', () => {
    const { output, written } = collected({ format: 'jsonl' });
    output.note('ready');
    output.detail('more');
    expect(written).toEqual({ stdout: '', stderr: 'ready\n' });
    const quiet = collected({ quiet: true });
    quiet.output.note('ready');
    expect(quiet.written.stderr).toBe('');
  });

  it('says more where more is wanted', () => {
    const { output, written } = collected({ verbose: true });
    output.detail('more');
    expect(written.stderr).toBe('more\n');
  });
});

describe('colour', () => {
  it('is for terminals whose user has not said no', () => {
    expect(takesColour({ isTTY: true }, {})).toBe(true);
    expect(takesColour({ isTTY: true }, { NO_COLOR: '' })).toBe(true);
    expect(takesColour({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
    expect(takesColour({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
    expect(takesColour({}, {})).toBe(false);
  });
});
