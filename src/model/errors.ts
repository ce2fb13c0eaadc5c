import type { Finding, Location } from './finding.ts';

/**
 * What the error kernel does with a failed message unless a step says otherwise:
 * `retry` it later, `reject` it (it can never succeed: dead letter), or `fatal` (the process cannot go on).
 */
export type Disposition = 'retry' | 'reject' | 'fatal';

interface CodeEntry {
  readonly disposition: Disposition;
  /** Exit code of the command line when this ends a command (design: 0, 1, 2, 69, 70, 74, 78). */
  readonly exit: number;
  readonly meaning: string;
}

const entry = (disposition: Disposition, exit: number, meaning: string): CodeEntry => ({
  disposition,
  exit,
  meaning,
});

/** Every error the product reports, by code. Codes are stable: scripts and the error kernel match on them. */
export const errorCodes = {
  'action.failed': entry('retry', 70, 'A mapped method threw.'),
  'action.timeout': entry('retry', 70, 'A mapped method did not answer before its deadline.'),
  'action.unmapped': entry('reject', 78, 'No action mapping matches the action key of a step.'),
  'auth.missing': entry('reject', 69, 'A request over TCP shows no credentials.'),
  'auth.refused': entry('reject', 69, 'The credentials of a request are not the right ones.'),
  'body.not-data': entry('reject', 2, 'A body is not JSON data.'),
  'body.too-large': entry('reject', 2, 'A body is larger than the limit.'),
  'broker.auth-refused': entry(
    'retry',
    69,
    'The broker does not let this node in: user name, password or client certificate.',
  ),
  'broker.certificate-expired': entry('retry', 69, "The broker's certificate is not valid at this time."),
  'broker.certificate-refused': entry(
    'retry',
    69,
    'The broker refuses the client certificate, or asks for one.',
  ),
  'broker.channel-closed': entry(
    'retry',
    69,
    'The broker closed the channel, and one of the unconfirmed events may be why.',
  ),
  'broker.exchange-missing': entry(
    'retry',
    69,
    'The exchange, or something else that must be there, is not on the broker.',
  ),
  'broker.lost': entry('retry', 69, 'The link to the broker broke.'),
  'broker.nacked': entry('retry', 69, 'The broker could not take an event.'),
  'broker.permission-denied': entry('retry', 69, 'The user may not do on the broker what is needed.'),
  'broker.plaintext-refused': entry('retry', 78, 'The link to another machine would not be encrypted.'),
  'broker.tls-failed': entry('retry', 69, 'The broker and this node find no common TLS.'),
  'broker.queue-missing': entry(
    'retry',
    69,
    'No queue takes events any more, though one was declared; it is declared again.',
  ),
  'broker.topology-differs': entry('retry', 69, 'An exchange or a queue is there with other properties.'),
  'broker.unreachable': entry('retry', 69, 'Nothing answers at the address of the broker.'),
  'broker.unresolved': entry('retry', 69, 'The name of the broker leads to no address.'),
  'broker.unroutable': entry('reject', 69, 'No queue takes the event.'),
  'broker.untrusted': entry('retry', 69, "Nobody who is trusted has signed the broker's certificate."),
  'broker.vhost-unknown': entry('retry', 69, 'The virtual host is not there, or not for this user.'),
  'broker.wrong-host': entry('retry', 69, "The broker's certificate is for another name."),
  'component.unknown': entry(
    'reject',
    78,
    'An action mapping names a component or method that does not exist.',
  ),
  'config.invalid': entry('fatal', 78, 'polar.ini has problems.'),
  'control.refused': entry('reject', 69, 'The running node refused the request.'),
  'correlation.taken': entry('reject', 70, 'A task waits for an answer to this correlation id already.'),
  'correlation.unknown': entry('reject', 2, 'No task waits for an answer to this correlation id.'),
  'edit.overtaken': entry('retry', 69, 'A file was changed by another while it was edited.'),
  'edit.refused': entry('reject', 1, 'An edit would break what is sound.'),
  'edit.unreadable': entry('reject', 74, 'A file cannot be edited, for it cannot be read as text.'),
  'envelope.malformed': entry('reject', 70, 'A frame or an envelope cannot be read.'),
  'envelope.oversized': entry('reject', 70, 'A frame or an envelope is larger than the limit.'),
  'flow.changed': entry('reject', 70, 'A flow no longer ends in the steps that a waiting task had left.'),
  'flow.invalid': entry('reject', 78, 'A flow file has problems.'),
  'flow.timeout': entry('reject', 70, 'No answer came before the deadline of a waiting task.'),
  'flow.unknown': entry('reject', 2, 'No flow has this name.'),
  'intake.full': entry('retry', 69, 'As many tasks as allowed wait for their receipt.'),
  'intake.unconfirmed': entry('retry', 69, 'A push was not known to be accepted in time.'),
  'io.failed': entry('retry', 74, 'Reading or writing a file or socket failed.'),
  'io.unwritable': entry('fatal', 74, 'A folder that must be written cannot be.'),
  'journal.corrupt': entry('fatal', 74, 'The journal contradicts itself.'),
  'journal.full': entry(
    'retry',
    74,
    'The disk that holds the journal is full, or the journal is at its limit.',
  ),
  'journal.missing': entry('reject', 69, 'There is no journal yet.'),
  'journal.schema-newer': entry('fatal', 78, 'The journal was written by a newer version.'),
  'journal.stale-owner': entry(
    'fatal',
    70,
    'Another process has become the owner of the journal, or has hidden its last commit from it.',
  ),
  'node.busy': entry('retry', 69, 'The running node carries out another order.'),
  'node.locked': entry('fatal', 69, 'Another node runs on this project.'),
  'node.not-running': entry('reject', 69, 'No node runs on this project.'),
  'node.start-failed': entry('fatal', 70, 'A process of the node did not become ready.'),
  'node.unready': entry('retry', 69, 'What a node was told was not done in time; it goes on.'),
  'observer.invalid-target': entry('reject', 78, 'A target cannot be observed as it is written.'),
  'orders.full': entry('reject', 69, 'As many orders about deliveries as are kept wait for the bridge.'),
  'policy.refused': entry('reject', 78, 'A policy set has problems; the one before stays in force.'),
  'project.missing': entry('reject', 2, 'There is no project in this folder.'),
  'push.invalid-id': entry('reject', 2, 'The id of a push breaks the rules.'),
  'recording.malformed': entry('reject', 2, 'A recording of events has a line that cannot be read.'),
  'reload.refused': entry('reject', 1, 'The files of the project have problems; what was in force stays.'),
  'secret.unavailable': entry('retry', 78, 'A secret cannot be read from where its reference points.'),
  'subject-name.invalid': entry('reject', 2, 'A subject name or one of its parts breaks the rules.'),
  'target.unknown': entry('reject', 2, 'No target has this name.'),
  'usage.invalid': entry('reject', 2, 'A command was called wrongly.'),
  'worker.lost': entry('retry', 70, 'The worker ended while it had the task.'),
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof errorCodes;

/** Where in a text something is: 1-based, columns in UTF-16 code units. */
interface ErrorDetails {
  readonly cause?: unknown;
  /** What to do next, as one imperative sentence. */
  readonly hint?: string;
  readonly at?: Location;
  /** Where there are several problems: all of them. */
  readonly findings?: readonly Finding[];
}

/** The one error class. Match on `code` (see `hasCode`), never by `instanceof`: class identity does not survive a process. */
export class PolarError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly at: Location | undefined;
  readonly findings: readonly Finding[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'PolarError';
    this.code = code;
    this.hint = details.hint;
    this.at = details.at;
    this.findings = details.findings ?? [];
  }
}

/** The product's code of anything thrown, or undefined for a programming mistake or a foreign error. */
export function codeOf(error: unknown): ErrorCode | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code in errorCodes ? (code as ErrorCode) : undefined;
}

export function hasCode(error: unknown, code: ErrorCode): boolean {
  return codeOf(error) === code;
}

/** The message of anything thrown, for logs and events; never a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
