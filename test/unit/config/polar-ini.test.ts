import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPolarIni, parsePolarIni } from '../../../src/config/polar-ini.ts';
import { formatFinding } from '../../../src/model/finding.ts';

const read = (text: string) => parsePolarIni(text, 'polar.ini');
const problems = (text: string) => read(text).findings.map(formatFinding);
const defaults = read('').polar;

describe('polar.ini', () => {
  it('may be empty', () => {
    expect(read('')).toEqual({
      polar: {
        nodeName: undefined,
        dataDir: '.polar',
        runDir: undefined,
        settings: {
          workers: 2,
          runsPerWorker: 32,
          runsPerGroup: 4,
          tasksPerRun: 64,
          journal: { retainMs: 90 * 86_400_000, maxBytes: 8 * 1024 ** 3, reserveBytes: 64 * 1024 ** 2 },
          maxBodyBytes: 1_048_576,
          maxAttempts: 5,
          answerWithinMs: 3_600_000,
          maxPending: 100_000,
          gateway: undefined,
          broker: undefined,
          logLevel: 'info',
        },
      },
      findings: [],
      refusal: undefined,
    });
  });

  it('keeps the journal for so long, up to a size, or for ever', () => {
    const journalOf = (text: string) => read(`[journal]\n${text}\n`).polar.settings.journal;
    expect(journalOf('retain = 30d\nmax_size = 64MiB\nreserve = 0')).toEqual({
      ...{ retainMs: 30 * 86_400_000, maxBytes: 64 * 1024 ** 2, reserveBytes: 0 },
    });
    expect(journalOf('retain = forever')).toEqual({ ...defaults.settings.journal, retainMs: null });
    expect(read('[journal]\nretain = always\nmax_size = 10').findings.map(({ line }) => line)).toEqual([
      2, 3,
    ]);
  });

  it('sets what it says and leaves the rest', () => {
    const { polar, findings } = read('[node]\nname = ship1\n[topology]\nworkers = 4\n');
    expect(polar).toEqual({
      ...defaults,
      nodeName: 'ship1',
      settings: { ...defaults.settings, workers: 4 },
    });
    expect(findings).toEqual([]);
  });

  it('reports every problem, each in its place', () => {
    const text = '[nod]\nname = a\n[topology]\nworker = 3\nruns_per_group = many\n[log]\nlevel = inf\n';
    expect(problems(text)).toEqual([
      'polar.ini:1:1: error config.unknown-section [nod]; did you mean "node"?',
      'polar.ini:4:1: error config.unknown-key "worker"; did you mean "workers"?',
      'polar.ini:5:18: error config.invalid-value "runs_per_group" must be a whole number from 1 to 1024, not "many"',
      'polar.ini:7:9: error config.invalid-value "level" must be one of debug, info, warn, error, not "inf"; did you mean "info"?',
    ]);
  });

  it('refuses a dotted node name and says what to write instead', () => {
    expect(problems('[node]\nname = ship1.example.org\n')).toEqual([
      'polar.ini:2:8: error config.invalid-value "name" has a dot. Write "ship1-example-org": dots only stand between the parts of a subject name.',
    ]);
  });

  it('is printed so that it changes nothing, nor with its comments taken away', () => {
    const printed = formatPolarIni();
    expect(read(printed)).toEqual({ polar: defaults, findings: [], refusal: undefined });
    const active = printed.replaceAll(/^;(?! )/gm, '');
    const { polar, findings } = read(active);
    expect(findings).toEqual([]);
    const gateway = {
      listen: { host: '127.0.0.1', port: 8080 },
      token: { from: 'file', path: 'gateway.token' },
      hmacKey: { from: 'env', name: 'POLAR_GATEWAY_KEY' },
    };
    expect(polar).toEqual({
      ...defaults,
      nodeName: 'anna',
      runDir: '/run/polar-zmanager',
      settings: {
        ...defaults.settings,
        gateway,
        broker: expect.objectContaining({ name: 'amqp', window: 256 }),
      },
    });
  });

  it('refuses a gateway that asks nobody who they are', () => {
    expect(problems('[gateway]\nlisten = 127.0.0.1:8080\n')).toEqual([
      expect.stringMatching(
        /^polar\.ini:2:1: error config\.no-credentials .*token = \$\{file:gateway\.token\}/,
      ),
    ]);
    expect(problems(`[gateway]\ntoken = \${file:x}\n`)).toEqual([]);
  });

  it('never throws, whatever it says', () => {
    const line = fc.oneof(
      fc.constantFrom('[node]', '[topology]', '[log]', 'name = x', 'workers = 2', 'level = info', '='),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { findings } = read(lines.join('\n'));
        expect(findings.every((finding) => finding.line >= 1 && finding.column >= 1)).toBe(true);
      }),
    );
  });
});
