import { ByteReader, ByteWriter } from './compact-bytes.ts';
import { PolarError } from './errors.ts';
import {
  type FailedAttempt,
  type RunEvidence,
  type TaskEvidence,
  taskOutcomes,
  type WalkedFlow,
  walkedKinds,
} from './evidence.ts';

/*
 * Evidence of one run as bytes: u8 layout (1), u16 tasks, varint omitted, worker, incarnation, f64 begun, duration,
 * then the tasks. A flow is spelled out where it is first met. Numbers are varints, texts have their length before them.
 */
const layout = 1;

/** Of one run; what does not fit is left out, and counted. */
export const maxEvidenceBytes = 32 * 1024;
const mostTextBytes = 300;

const writer = new ByteWriter(maxEvidenceBytes);

export function encodeEvidence(evidence: Omit<RunEvidence, 'omitted'>): Buffer {
  const { worker, incarnation, begun, durationUs, tasks } = evidence;
  writer.reset();
  writer.byte(layout);
  // How many there are is known at the end.
  writer.skip(4);
  text(worker);
  text(incarnation);
  writer.double(begun);
  writer.varint(durationUs);
  const flows = new Map<WalkedFlow, number>();
  let count = 0;
  for (const task of tasks) {
    const before = writer.mark();
    writeTask(task, flows);
    if (writer.isFull) {
      writer.back(before);
      break;
    }
    count++;
  }
  writer.u16At(1, count);
  writer.u16At(3, Math.min(0xffff, tasks.length - count));
  return writer.bytes();
}

function writeTask(task: TaskEvidence, flows: Map<WalkedFlow, number>): void {
  const known = flows.get(task.flow);
  writer.varint(known ?? flows.size);
  if (known === undefined) {
    flows.set(task.flow, flows.size);
    writeFlow(task.flow);
  }
  writer.varint(task.attempt);
  writer.varint(task.startedUs);
  writer.byte(taskOutcomes.indexOf(task.outcome));
  text(task.reason);
  writer.varint(task.records);
  writer.varint(task.firstStep);
  writer.varint(task.stepsUs.length);
  for (const us of task.stepsUs) writer.varint(us);
  writer.varint(task.earlier.length);
  for (const earlier of task.earlier) writeAttempt(earlier);
}

/** Runs of the same flows follow one another: each flow is spelled out once. */
const spelled = new WeakMap<WalkedFlow, Buffer>();

function writeFlow(flow: WalkedFlow): void {
  const known = spelled.get(flow);
  if (known) {
    writer.raw(known);
    return;
  }
  const from = writer.mark();
  spellOut(flow);
  if (!writer.isFull) spelled.set(flow, writer.bytes(from));
}

function spellOut({ name, revision, steps }: WalkedFlow): void {
  text(name);
  text(revision);
  writer.varint(steps.length);
  for (const step of steps) {
    writer.byte(walkedKinds.indexOf(step.kind));
    text(step.text);
    text(step.target);
  }
}

function writeAttempt({ attempt, begun, durationUs, step, code, message }: FailedAttempt): void {
  writer.varint(attempt);
  writer.double(begun);
  writer.varint(durationUs);
  writer.varint(step);
  text(code);
  text(message);
}

function text(value: string): void {
  writer.text(value, mostTextBytes);
}

/** Undefined for a layout that this version does not know. @throws journal.corrupt */
export function decodeEvidence(bytes: Buffer): RunEvidence | undefined {
  const reader = new ByteReader(bytes, corrupt);
  if (reader.byte() !== layout) return undefined;
  const [count, omitted] = [reader.u16(), reader.u16()];
  const [worker, incarnation] = [reader.text(), reader.text()];
  const [begun, durationUs] = [reader.double(), reader.varint()];
  const flows: WalkedFlow[] = [];
  const tasks: TaskEvidence[] = [];
  while (tasks.length < count) tasks.push(readTask(reader, flows));
  return { worker, incarnation, begun, durationUs, tasks, omitted };
}

function readTask(reader: ByteReader, flows: WalkedFlow[]): TaskEvidence {
  const index = reader.varint();
  if (index === flows.length) flows.push(readFlow(reader));
  const flow = flows[index];
  if (!flow) throw corrupt();
  return {
    flow,
    attempt: reader.varint(),
    startedUs: reader.varint(),
    outcome: oneOf(taskOutcomes, reader),
    reason: reader.text(),
    records: reader.varint(),
    firstStep: reader.varint(),
    stepsUs: reader.list(() => reader.varint()),
    earlier: reader.list(() => readAttempt(reader)),
  };
}

function readFlow(reader: ByteReader): WalkedFlow {
  const [name, revision] = [reader.text(), reader.text()];
  const steps = reader.list(() => {
    return { kind: oneOf(walkedKinds, reader), text: reader.text(), target: reader.text() };
  });
  return { name, revision, steps };
}

function readAttempt(reader: ByteReader): FailedAttempt {
  return {
    attempt: reader.varint(),
    begun: reader.double(),
    durationUs: reader.varint(),
    step: reader.varint(),
    code: reader.text(),
    message: reader.text(),
  };
}

function oneOf<T>(values: readonly T[], reader: ByteReader): T {
  const value = values[reader.byte()];
  if (value === undefined) throw corrupt();
  return value;
}

function corrupt(): PolarError {
  return new PolarError('journal.corrupt', 'The evidence of a run cannot be read.');
}
