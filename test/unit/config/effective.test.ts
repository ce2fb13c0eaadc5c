import { describe, expect, it } from 'vitest';
import { type Above, effectiveSettings } from '../../../src/config/effective.ts';

const machine = { 'node.name': 'anna', 'run.dir': '/run/user/1/x' };

function settingNamed(name: string, text: string, above: Above = {}) {
  return effectiveSettings(text, machine, above).find((setting) => setting.name === name);
}

describe('an effective setting', () => {
  it('is the default, as a file would say it', () => {
    expect(settingNamed('push.max_body', '')).toMatchObject({ value: '1MiB', origin: { kind: 'default' } });
    expect(settingNamed('gateway.listen', '')).toMatchObject({ value: null, origin: { kind: 'default' } });
    expect(settingNamed('node.name', '')).toMatchObject({ value: 'anna', origin: { kind: 'machine' } });
  });

  it('is what the file says, with its line', () => {
    const text = '[node]\nname = bert\n\n[topology]\n; more\nworkers = 4\n';
    expect(settingNamed('node.name', text)).toMatchObject({
      value: 'bert',
      origin: { kind: 'file', line: 2 },
    });
    expect(settingNamed('topology.workers', text)).toMatchObject({ value: '4', origin: { line: 6 } });
  });

  it('is what the command line or the environment says above the file', () => {
    const origin = { kind: 'environment', variable: 'POLAR_WORKERS' } as const;
    const above = { 'topology.workers': { value: '3', origin } };
    expect(settingNamed('topology.workers', '[topology]\nworkers = 4\n', above)).toMatchObject({
      value: '3',
      origin,
    });
  });

  it('of a secret says where it lies, and never what it is', () => {
    const text = (token: string) => `[gateway]\nlisten = 127.0.0.1:1\ntoken = ${token}\n`;
    const reference = `\${file:gateway.token}`;
    expect(settingNamed('gateway.token', text(reference))?.value).toBe(reference);
    for (const secret of ['hunter2', `x\${env:X}hunter2`, `\${file:hunter2`]) {
      expect(JSON.stringify(effectiveSettings(text(secret), machine, {}))).not.toContain('hunter2');
    }
  });
});
