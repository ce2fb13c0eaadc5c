import type { Call } from '../command.ts';
import { openSignals, untilAborted } from '../signals.ts';

const defaultPort = 8088;

export async function run({ options, output }: Call): Promise<number> {
  const { createObservable } = await import('../../observable/observable.ts');
  const observable = createObservable();
  const signals = openSignals();
  const url = await observable.listen((options['port'] as number | undefined) ?? defaultPort);
  const health = `${url}/health`;
  output.show({ url, health, switches: `${url}/` }, () => [`${health} · POST /switch/down, /switch/up`]);
  await untilAborted(signals.signal);
  await observable.close();
  signals.close();
  return signals.exitCode();
}
