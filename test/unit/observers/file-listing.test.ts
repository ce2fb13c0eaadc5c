import { describe, expect, it } from 'vitest';
import { changesText, factsText } from '../../../src/model/facts-text.ts';
import { type ListedFile, listingFacts, listingMeasures } from '../../../src/observers/file-listing.ts';
import type { FileLook } from '../../../src/observers/file-look.ts';

const look = (other: Partial<FileLook> = {}): FileLook => ({
  kind: 'file',
  type: 'file',
  sizeBytes: 12,
  mode: '0644',
  uid: 0,
  modifiedAt: 1000,
  link: undefined,
  hash: '9f2c41d0a37e',
  ...other,
});

describe('a listing', () => {
  it('is a fact for each file: its content, mode and owner', () => {
    const files: ListedFile[] = [
      ['a.conf', look()],
      ['d/b', look({ hash: undefined, mode: '4755', uid: 33 })],
      ['pipe', look({ type: 'fifo', hash: undefined, mode: '0600' })],
    ];
    expect(listingFacts(files)).toEqual({
      files: 3,
      hash: expect.stringMatching(/^[0-9a-f]{12}$/),
      './a.conf': '9f2c41d0a37e 0644 0',
      './d/b': '12 4755 33',
      './pipe': 'fifo 0600 0',
    });
  });

  it('tells a link by where it leads', () => {
    const leadsTo = (link: string) => listingFacts([['l', look({ type: 'symlink', link, hash: undefined })]]);
    expect(leadsTo('/a')).not.toEqual(leadsTo('/b'));
  });

  it('has a digest that follows every name and every fact', () => {
    const hashes = [
      listingFacts([]),
      listingFacts([['a', look()]]),
      listingFacts([['b', look()]]),
      listingFacts([['a', look({ mode: '0600' })]]),
      listingFacts([['a', look({ hash: '000000000000' })]]),
    ].map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('that is too long for a message is told by number and digest', () => {
    const files = Array.from({ length: 9000 }, (_, index): ListedFile => [`${index}`, look()]);
    const facts = listingFacts(files);
    expect(Object.keys(facts)).toEqual(['files', 'hash']);
    expect(listingFacts(files.with(4711, ['4711', look({ mode: '0600' })]))['hash']).not.toBe(facts['hash']);
  });

  it('measures all sizes and the age of the newest', () => {
    const files: ListedFile[] = [
      ['a', look({ modifiedAt: 1000 })],
      ['b', look({ modifiedAt: 5000 })],
    ];
    expect(listingMeasures(files, 9000)).toEqual({ size_bytes: 24, age_ms: 4000 });
    expect(listingMeasures([], 9000)).toEqual({ size_bytes: 0 });
  });

  it('says on one line how many there are, and of a change which', () => {
    const before = listingFacts([['a', look()]]);
    const after = listingFacts([
      ['a', look({ hash: '000000000000' })],
      ['b', look()],
    ]);
    expect(factsText(before)).toMatch(/^files 1, hash [0-9a-f]{12}$/);
    expect(changesText(before, after, ['files', 'hash', './a', './b'])).toBe('+ ./b  ~ ./a');
  });
});
