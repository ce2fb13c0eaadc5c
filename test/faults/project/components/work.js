import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const marks = join(import.meta.dirname, '..', 'marks');

/** True once per name, whoever asks and whatever has died since. */
function firstTime(name) {
  const mark = join(marks, name);
  if (existsSync(mark)) return false;
  writeFileSync(mark, '');
  return true;
}

/** Who works on a key notes it down; finding another one who does, who lives, breaks the rule that a key runs once. */
function enter(key, id) {
  const mark = join(marks, `${key}.running`);
  const [pid, other] = existsSync(mark) ? readFileSync(mark, 'utf8').split(' ') : [];
  if (pid && isAlive(Number(pid))) appendFileSync(join(marks, 'overlaps'), `${id} beside ${other}\n`);
  writeFileSync(mark, `${process.pid} ${id}`);
  return () => rmSync(mark, { force: true });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

export default {
  /** The next number of the key: a task that is run twice and committed twice would take two. */
  count(body, { state }) {
    const nth = (state.read('count') ?? 0) + 1;
    state.write('count', nth);
    return { ...body, nth };
  },

  async rest(body, { task, signal }) {
    const leave = enter(task.key, task.id);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, body.restMs);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    leave();
    return body;
  },

  stumble(body, { task }) {
    if (firstTime(`${task.id}.stumbled`)) throw new Error('stumbled');
    return body;
  },

  refuse(body) {
    throw Object.assign(new Error(`${body.id} can never succeed`), { code: 'body.not-data' });
  },

  split(body, { emit, task }) {
    for (const child of body.children) {
      emit({ id: child, flow: 'Count', key: `${task.key}-kin`, body: { id: child } });
    }
    return body;
  },

  join: ({ request, answer }) => ({ ...request, answer }),

  end(body, { task }) {
    if (!firstTime(`${task.id}.ended`)) return body;
    if (body.how === 'throw-later') {
      setImmediate(() => {
        throw new Error('nobody catches this');
      });
      return new Promise(() => {});
    }
    return process.exit(3);
  },
};
