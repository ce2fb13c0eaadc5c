import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../dist/bridge/main.js', import.meta.url));
/** Each look is work for the bridge, which a supervisor gives it once a second; the last ones say when it was through. */
const longestLookMs = 500;
const shortestLookMs = 20;

/** Lets the bridge deliver a whole journal, and ends it. `look` sees it now and then, and may take its time. */
export async function runBridge({ dataDir, settings, look = async () => {} }) {
  const child = fork(main, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    await message(child, 'loaded');
    child.send({ type: 'configure', configuration: configurationOf(dataDir, settings) });
    await message(child, 'ready');
    const { first, last } = await watch(child, look);
    child.send({ type: 'exit' });
    await once(child, 'exit');
    const events = last.cursor - first.cursor;
    return {
      perSecond: events / ((last.at - first.at) / 1000),
      cpuUs: ((last.vitals.cpuMs - first.vitals.cpuMs) * 1000) / events,
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

async function watch(child, look) {
  let first;
  for (;;) {
    const { stats, vitals } = await pong(child);
    const [sink] = stats.sinks;
    const now = { cursor: sink.cursor, at: performance.now(), vitals };
    if (sink.lastError) throw new Error(sink.lastError.message);
    if (now.cursor > 0) {
      // The start is not counted.
      first ??= now;
      await look(now);
    }
    if (now.cursor === sink.newest) return { first, last: now };
    const perMs = first && now.at > first.at ? (now.cursor - first.cursor) / (now.at - first.at) : 0;
    const restMs = perMs > 0 ? (sink.newest - now.cursor) / perMs : 0;
    const pauseMs = Math.min(longestLookMs, Math.max(shortestLookMs, restMs / 2));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function configurationOf(dataDir, settings) {
  return {
    name: 'bridge',
    incarnation: 'bench',
    version: 'bench',
    node: 'bench',
    startedAt: Date.now(),
    runDir: dataDir,
    dataDir,
    productDir: dataDir,
    projectDir: dataDir,
    settings: { ...settings, logLevel: 'warn' },
    sinks: [{ kind: 'amqp', broker: settings.broker, baseDir: dataDir, after: 0 }],
    peers: { workers: [] },
  };
}

function pong(child) {
  const answer = message(child, 'pong');
  child.send({ type: 'ping' });
  return answer;
}

async function message(child, type) {
  for (;;) {
    const { signal, stop } = untilOne();
    const heard = once(child, 'message', { signal });
    const gone = once(child, 'exit', { signal }).then(ended);
    const [said] = await Promise.race([heard, gone]).finally(stop);
    if (said.type === 'failed') throw new Error(said.message);
    if (said.type === type) return said;
  }
}

/** So that whoever waited in vain listens no more. */
function untilOne() {
  const abort = new AbortController();
  return { signal: abort.signal, stop: () => abort.abort() };
}

function ended([code, signal]) {
  throw new Error(`The bridge has ended with ${signal ?? code}.`);
}
