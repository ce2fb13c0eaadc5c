import { SettingProblem } from '../config/settings.ts';
import type { Scalar } from '../model/observation.ts';
import type { Expectation, Operator } from '../model/policy.ts';

const pattern = /^(=|!=|<=|>=|<|>)?\s*(.*)$/s;
const words: ReadonlyMap<string, Scalar> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Reads `[op] value`: `200`, `!= 404`, `> 21`. @throws SettingProblem */
export function readExpectation(text: string): Omit<Expectation, 'fact'> {
  const [, written, operand = ''] = pattern.exec(text) ?? [];
  const operator = (written ?? '=') as Operator;
  if (operand === '') throw new SettingProblem(`needs a value after "${text}", e.g. 200 or > 21`);
  const isOrder = operator.startsWith('<') || operator.startsWith('>');
  const value = isOrder ? numberOf(operand) : scalarOf(operand);
  if (value === undefined) throw new SettingProblem(`compares by "${operator}" with "${operand}", no number`);
  return { operator, value, text };
}

// 1.40 and 007 stay as they are written: a version or an id, not the number that they would become.
function scalarOf(operand: string): Scalar {
  const word = words.get(operand);
  if (word !== undefined) return word;
  return String(Number(operand)) === operand && Number.isFinite(Number(operand)) ? Number(operand) : operand;
}

function numberOf(operand: string): number | undefined {
  return Number.isFinite(Number(operand)) ? Number(operand) : undefined;
}
