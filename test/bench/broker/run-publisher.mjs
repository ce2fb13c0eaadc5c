import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('raw-publisher.mjs', import.meta.url));

/** The same messages, by amqplib alone, in a process of its own. */
export async function runPublisher({ dataDir, settings, window }) {
  const child = fork(main, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send({ dataDir, broker: settings.broker, window });
  const [result] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof result !== 'object') throw new Error(`The publisher has ended with ${result}.`);
  await once(child, 'exit');
  return result;
}
