import { describe, expect, it } from 'vitest';
import { placeOfTarget } from '../../../src/policies/policy-place.ts';

const files = [
  { name: 'policies/a.ini', text: '[http:bank]\nurl = http://bank/\n' },
  {
    name: 'policies/b.ini',
    text: '[policy]\nowner = payments\n\n[http]\nexpect.status = 200\n\n[http:shop]\nurl = http://shop/\nexpect.version = 2\n',
  },
];

describe('the place of a target in a policy set', () => {
  it('is the line of its section', () => {
    expect(placeOfTarget(files, 'http:shop')).toMatchObject({ file: 'policies/b.ini', line: 7 });
    expect(placeOfTarget(files, 'http:none')).toBeUndefined();
  });

  it('leads to its settings, and to what stands in for them in its file', () => {
    const place = placeOfTarget(files, 'http:shop');
    const lineOf = (key: string) => place?.settingPlace(key)?.line;
    expect(['expect.version', 'expect.status', 'owner', 'expect.none'].map(lineOf)).toEqual([
      9,
      5,
      2,
      undefined,
    ]);
    expect(placeOfTarget(files, 'http:bank')?.settingPlace('owner')).toBeUndefined();
  });
});
