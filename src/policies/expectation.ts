import { SettingProblem } from '../config/settings.ts';
import type { Scalar } from '../model/observation.ts';
import type { ComparisonOperator, Condition } from '../model/policy.ts';
import { quantityExample, readQuantity } from './quantity.ts';

const comparison = /^(=|!=|<=|>=|<|>)?\s*(.*)$/s;
const worded = /^(not\s+in|not\s+like|in|like|exists|absent)(?:\s+(.*))?$/s;
const scalars: ReadonlyMap<string, Scalar> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

export type WrittenCondition = Condition & { readonly text: string };

/**
 * Reads what must hold of a fact: `200`, `!= 404`, `> 21`, `< 500ms`, `in a, b`, `like shop-*`, `exists`. The end of
 * the fact's name says what unit a number is in. @throws SettingProblem
 */
export function readExpectation(text: string, fact: string): WrittenCondition {
  return { ...readCondition(text, fact), text };
}

function readCondition(text: string, fact: string): Condition {
  const [, word, listed = ''] = worded.exec(text) ?? [];
  if (word !== undefined) return readWorded(word.replace(/\s+/, ' '), listed, fact);
  if (text.startsWith('~')) {
    throw new SettingProblem('has no "~": write like with * and ?, e.g. like shop-*');
  }
  const [, written, operand = ''] = comparison.exec(text) ?? [];
  if (operand === '') throw new SettingProblem(`needs a value after "${text}", e.g. 200 or > 21`);
  const operator = (written ?? '=') as ComparisonOperator;
  const isOrder = operator.startsWith('<') || operator.startsWith('>');
  return { operator, value: isOrder ? orderedOf(operator, operand, fact) : scalarOf(operand, fact) };
}

function readWorded(operator: string, operand: string, fact: string): Condition {
  switch (operator) {
    case 'exists':
    case 'absent':
      if (operand === '') return { operator };
      throw new SettingProblem(
        `takes nothing after "${operator}"; for the text write = ${operator} ${operand}`,
      );
    case 'in':
    case 'not in': {
      const items = operand.split(',').map((item) => item.trim());
      if (items.includes('')) throw new SettingProblem(`needs values and commas, e.g. ${operator} 200, 204`);
      return { operator, values: items.map((item) => scalarOf(item, fact)) };
    }
    default:
      if (operand === '') throw new SettingProblem(`needs a pattern after "${operator}", e.g. like shop-*`);
      return { operator: operator as 'like' | 'not like', pattern: operand };
  }
}

// 1.40 and 007 stay as they are written: a version or an id, not the number that they would become.
function scalarOf(operand: string, fact: string): Scalar {
  const word = scalars.get(operand);
  if (word !== undefined) return word;
  const number = Number(operand);
  if (String(number) === operand && Number.isFinite(number)) return number;
  return readQuantity(fact, operand) ?? operand;
}

function orderedOf(operator: string, operand: string, fact: string): number {
  const value = Number.isFinite(Number(operand)) ? Number(operand) : readQuantity(fact, operand);
  if (value !== undefined) return value;
  const example = quantityExample(fact);
  const instead = example === undefined ? ', no number' : `; write a number, or ${example}`;
  throw new SettingProblem(`compares by "${operator}" with "${operand}"${instead}`);
}
