import { createSource, createSubjectLine } from '../../src/services/source.ts';
import { Listener } from '../../src/transport/bell.ts';
import { decodeReceipts, receiptTopic } from '../../src/transport/word-frame.ts';
import { pzm } from './command.ts';

interface Endpoints {
  readonly intake: string;
  readonly subject: string;
  readonly events: string;
}

/** Keys that the tasks are spread over. */
const keys = Array.from({ length: 50 }, (_, index) => `anna.command.push.key-${index}`);

/**
 * Sends tasks to a running node as fast as it settles them, as a source of its own, and resolves when all are settled.
 * Each body is `{"n": …}`, from 1 on.
 */
export async function load(folder: string, flow: string, tasks: number): Promise<void> {
  const { stdout } = await pzm(['status', '--format', 'json'], folder);
  const { endpoints } = JSON.parse(stdout) as { endpoints: Endpoints };
  const line = createSubjectLine();
  let wake = () => {};
  const source = createSource(`load-${process.pid}-${Date.now()}`, line, () => {});
  const listener = new Listener(endpoints.events, [receiptTopic]);
  let isHeard = false;
  void listener.receive(({ body }) => {
    isHeard = true;
    source.receive(decodeReceipts(body));
    wake();
  });
  line.attach({ incarnation: endpoints.subject, intake: endpoints.intake }, () => {});
  // A receipt that came before the listener was heard of would be waited for in vain: sent again, it comes again.
  const again = setInterval(() => {
    if (!isHeard) source.resend();
  }, 500);
  const lastOf = new Map<string, number>();
  try {
    for (let sent = 0; sent < tasks || source.size() > 0; ) {
      for (; sent < tasks && source.hasRoom(); sent++) {
        const key = keys[sent % keys.length] as string;
        const number = (lastOf.get(key) ?? 0) + 1;
        lastOf.set(key, number);
        const rest = { group: '', deadline: 0, policy: '', traceparent: '', id: '' };
        source.send({ flow, key, number, ...rest, body: Buffer.from(`{"n":${sent + 1}}`) });
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    clearInterval(again);
    listener.close();
    line.close();
  }
}
