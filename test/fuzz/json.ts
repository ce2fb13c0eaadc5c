import type { Chance } from '../simulation/random.ts';

/** Any data, with the names that objects have by themselves among the keys. */
export function anything(chance: Chance, depth: number): unknown {
  const plain = [null, true, 0, -1, 1e300, '', '__proto__', 'hello', 'report', '\ud800', 'x'.repeat(500)];
  const choice = depth === 0 ? 0 : chance.between(0, 3);
  if (choice <= 1) return chance.pick(plain);
  const items = Array.from({ length: chance.between(0, 4) }, () => anything(chance, depth - 1));
  if (choice === 2) return items;
  const names = ['type', 'hello', 'report', 'worker', 'runs', '__proto__', 'constructor', 'length', 'id'];
  // As JSON has it: a property of its own, whatever its name is.
  return JSON.parse(
    `{${items.map((value) => `${JSON.stringify(chance.pick(names))}:${JSON.stringify(value)}`)}}`,
  );
}

/** Bodies that a gateway may be sent: data that is hard to take, and what is no data. */
export function anyBody(chance: Chance): string {
  switch (chance.between(0, 7)) {
    case 0:
      return '['.repeat(chance.between(1, 200_000));
    case 1: {
      const depth = chance.between(900, 1100);
      return '['.repeat(depth) + ']'.repeat(depth);
    }
    case 2:
      return `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`;
    case 3:
      return JSON.stringify('x'.repeat(chance.between(900_000, 1_200_000)));
    case 4:
      return `{"id":${'9'.repeat(chance.between(1, 5000))}}`;
    case 5:
      return Array.from({ length: 40 }, () => String.fromCharCode(chance.between(0, 0xffff))).join('');
    default:
      return JSON.stringify(anything(chance, 5));
  }
}
