import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StageError } from '../../../src/kernel/core/errors.ts';
import { entryName, inflatedLimit, openZip } from '../../../worker-node/ingest/zip.ts';
import { type ZipFile, zip } from '../../support/fixtures/zip.ts';

const read = (bytes: Uint8Array, name: string) => {
  const content = openZip(bytes).read(name);
  return content && Buffer.from(content).toString();
};
const one = (file: Partial<ZipFile>): Uint8Array =>
  zip([{ name: 'a.txt', content: 'The lamp is lit at dusk. '.repeat(20), ...file }]);
const MEBIBYTE = 1024 * 1024;

/** What all readers of archives may do with any bytes: give every file, or refuse in words. */
function openAll(bytes: Uint8Array): void {
  try {
    const archive = openZip(bytes);
    for (const name of archive.names) archive.read(name);
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
  }
}

describe('openZip', () => {
  it.each<[string, Partial<ZipFile>]>([
    ['compressed', {}],
    ['stored', { stored: true }],
    ['followed by a data descriptor', { descriptor: true }],
    ['with sizes in a ZIP64 field', { zip64: true }],
  ])('a file that is %s is read', (_, file) => {
    expect(read(one({ content: 'The lamp is lit.', ...file }), 'a.txt')).toBe('The lamp is lit.');
  });

  it('names are listed in the order of the directory, without folders, and read whatever their case', () => {
    const archive = openZip(zip({ 'xl/': '', 'xl/SharedStrings.xml': 'one', '[Content_Types].xml': 'two' }));
    expect(archive.names).toEqual(['xl/SharedStrings.xml', '[Content_Types].xml']);
    expect(Buffer.from(archive.read('xl/sharedStrings.xml') ?? '').toString()).toBe('one');
    expect(archive.read('xl')).toBeUndefined();
  });

  it('names that climb out of the archive, or have backslashes, are keys like others', () => {
    expect(openZip(zip({ '../../etc/passwd': 'x', 'word\\document.xml': 'y', '/abs': 'z' })).names).toEqual([
      '../../etc/passwd',
      'word/document.xml',
      'abs',
    ]);
  });

  it('bytes before the archive and a comment after it do not move its entries', () => {
    const archive = Buffer.from(one({ content: 'lit' }));
    archive.writeUInt16LE(7, archive.length - 2);
    expect(read(Buffer.concat([Buffer.from('#!/bin/sh\n'), archive, Buffer.from('comment')]), 'a.txt')).toBe('lit');
  });

  it('an archive with a ZIP64 record is read by it', () => {
    const archive = Buffer.from(one({ content: 'lit' }));
    const endAt = archive.length - 22;
    const end64 = Buffer.alloc(56);
    end64.writeUInt32LE(0x06064b50, 0);
    end64.writeBigUInt64LE(44n, 4);
    end64.writeBigUInt64LE(1n, 24);
    end64.writeBigUInt64LE(1n, 32);
    end64.writeBigUInt64LE(BigInt(archive.readUInt32LE(endAt + 12)), 40);
    end64.writeBigUInt64LE(BigInt(archive.readUInt32LE(endAt + 16)), 48);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(endAt), 8);
    const end = Buffer.from(archive.subarray(endAt));
    for (const [at, bytes] of [
      [8, 2],
      [10, 2],
      [12, 4],
      [16, 4],
    ] as const)
      end.fill(0xff, at, at + bytes);
    expect(read(Buffer.concat([archive.subarray(0, endAt), end64, locator, end]), 'a.txt')).toBe('lit');
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['encrypted', one({ lie: { flags: 1 } }), /encrypted with a password. Remove the password/],
    ['compressed by an unusual method', one({ lie: { method: 9 } }), /compressed by method 9; expected deflate/],
    ['larger than it declares', one({ lie: { size: 10 } }), /damaged/],
    ['smaller than it declares', one({ lie: { size: 100_000 } }), /damaged/],
    ['of another checksum', one({ lie: { crc: 1 } }), /does not match its size and checksum/],
    ['not at its place', one({ lie: { offset: 3 } }), /names an entry that is not there/],
    ['beyond the end of the file', one({ lie: { offset: 0xfffffff0 } }), /names an entry that is not there/],
    ['one of fewer than declared', zip({ 'a.txt': 'x' }, 2), /fewer entries than it says/],
    ['one of more than declared', zip({ 'a.txt': 'x', b: 'y' }, 1), /more entries than it says/],
    ['in a file that was cut off', one({}).subarray(0, 60), /directory is missing, as in a file that was cut off/],
    [
      'declared to expand beyond the limit',
      one({ lie: { size: 300 * MEBIBYTE } }),
      /expands to more than 10 MiB. Send it in smaller parts/,
    ],
  ])('a file that is %s is refused', (_, bytes, message) => {
    expect(() => openZip(bytes).read('a.txt')).toThrow(message);
    expect(() => openZip(bytes).read('a.txt')).toThrow(StageError);
  });

  it('files that together expand beyond the limit are refused, although each is within it', () => {
    const bomb = zip({ a: Buffer.alloc(6 * MEBIBYTE), b: Buffer.alloc(6 * MEBIBYTE) });
    const archive = openZip(bomb);
    expect(archive.read('a')).toHaveLength(6 * MEBIBYTE);
    expect(() => archive.read('b')).toThrow('The document expands to more than 10 MiB');
  });

  it('the limit is a hundred times the file, at least 10 MiB and at most 200', () => {
    expect([1_000, MEBIBYTE, 50 * MEBIBYTE].map(inflatedLimit)).toEqual([10 * MEBIBYTE, 100 * MEBIBYTE, 200 * MEBIBYTE]);
  });

  it('two entries of one name are refused where they differ, and read where they do not', () => {
    const twice = (second: string) =>
      zip([
        { name: 'a', content: 'one' },
        { name: 'a', content: second },
      ]);
    expect(read(twice('one'), 'a')).toBe('one');
    expect(() => read(twice('two'), 'a')).toThrow('The archive has several different entries named "a"');
  });

  it('more than 10,000 entries are refused before any is read', () => {
    const many = Array.from({ length: 10_001 }, (_, index) => ({ name: `${index}`, content: '', stored: true }));
    expect(() => openZip(zip(many))).toThrow('The archive has 10001 entries; at most 10000 are read');
  });

  it('an archive that is cut off at any byte, or changed at any byte, is read or refused in words', () => {
    const bytes = zip([
      { name: 'a.txt', content: 'The lamp is lit at dusk.', descriptor: true },
      { name: 'b.txt', content: 'Again. '.repeat(9), zip64: true },
    ]);
    for (let end = 0; end <= bytes.length; end++) openAll(bytes.subarray(0, end));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), (changes) => {
        const changed = Buffer.from(bytes);
        for (const [at, value] of changes) changed[at] = value;
        openAll(changed);
      }),
      { numRuns: 500 },
    );
  });

  it('any files are read back as they were packed', () => {
    const file = fc.record({
      content: fc.uint8Array({ maxLength: 300 }),
      stored: fc.boolean(),
      descriptor: fc.boolean(),
      zip64: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), file, { maxKeys: 6 }), (files) => {
        const archive = openZip(zip(Object.entries(files).map(([name, { content, ...how }]) => ({ name, content, ...how }))));
        expect(archive.names).toEqual(Object.keys(files));
        for (const [name, { content }] of Object.entries(files))
          expect(Buffer.from(archive.read(name) ?? [])).toEqual(Buffer.from(content));
      }),
      { numRuns: 100 },
    );
  });
});

describe('entryName', () => {
  it.each([
    ['ppt/slides/_rels/', '../media/a.png', 'ppt/slides/media/a.png'],
    ['ppt/slides/slide1.xml', '../notesSlides/notes%201.xml', 'ppt/notesSlides/notes 1.xml'],
    ['ppt/presentation.xml', '/ppt/slides/slide1.xml', 'ppt/slides/slide1.xml'],
    ['OEBPS/a b.opf', 'chapter.xhtml#part', 'OEBPS/chapter.xhtml'],
    ['a.xml', '../../b.xml', 'b.xml'],
    ['a.xml', 'http://127.0.0.1/b.xml', undefined],
    ['a.xml', '//127.0.0.1/b.xml', undefined],
    ['a.xml', 'file:///etc/passwd', undefined],
  ])('from %s, %s names %s', (base, reference, name) => {
    expect(entryName(base, reference)).toBe(name);
  });
});
