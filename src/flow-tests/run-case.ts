import { type Component, endOfFlow, type Method } from '../actors/component.ts';
import { type BenchOptions, createBench, type Happened } from './bench.ts';
import { type CaseLine, type FlowCase, isAct, type Stub } from './case.ts';
import { compare, type ExpectationLine, type Mismatch } from './compare.ts';

/** What is the same for all cases. */
export interface CaseSetting extends Omit<BenchOptions, 'key' | 'clock' | 'components'> {
  readonly components: ReadonlyMap<string, Component>;
  /** The built-in components read it, too: one case runs at a time. */
  readonly clock: { nowMs: number };
}

/** Does what the case says, line by line; nothing that comes back is nothing that went wrong. */
export async function runCase(
  { key, startMs, lines }: FlowCase,
  { components: real, clock, ...setting }: CaseSetting,
): Promise<Mismatch[]> {
  clock.nowMs = startMs;
  const stubs = new Map<string, Extract<CaseLine, { kind: 'stub' }>>();
  const components = () => withStubs(real, [...stubs.values()]);
  const bench = createBench({ ...setting, key, clock, components });
  const mismatches: Mismatch[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.kind === 'state') bench.setState(line.actor, line.value);
    if (line.kind === 'stub') stubs.set(`${line.component}.${line.method}`, line);
    if (!isAct(line)) continue;
    let happened: Happened;
    if (line.kind === 'push') happened = await bench.push(line.flow, line.body);
    else if (line.kind === 'answer') happened = await bench.answer(line.body);
    else {
      clock.nowMs += line.ms;
      happened = await bench.due();
    }
    const rest = lines.slice(index + 1);
    const next = rest.findIndex(isAct);
    const own = (next < 0 ? rest : rest.slice(0, next)).filter(isExpectation);
    mismatches.push(...compare(own, happened, bench.state, line.line));
  }
  return mismatches;
}

function isExpectation(line: CaseLine): line is ExpectationLine {
  return line.kind.startsWith('expect.');
}

function withStubs(
  real: ReadonlyMap<string, Component>,
  stubs: readonly Extract<CaseLine, { kind: 'stub' }>[],
): ReadonlyMap<string, Component> {
  const components = new Map(real);
  for (const { component, method, stub } of stubs) {
    if (stub.does === 'the real thing') continue;
    // Its other methods stay what they are, also those of an executable, which has any.
    const stubbed: Component = Object.assign(Object.create(components.get(component) ?? null), {
      [method]: methodOf(stub),
    });
    components.set(component, stubbed);
  }
  return components;
}

function methodOf(stub: Exclude<Stub, { does: 'the real thing' }>): Method {
  if (stub.does === 'return') return () => stub.value;
  if (stub.does === 'end') return () => endOfFlow(stub.reason);
  return () => {
    throw new Error(stub.message);
  };
}
