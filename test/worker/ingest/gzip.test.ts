import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StageError } from '../../../src/kernel/core/errors.ts';
import { openDocument } from '../../../worker-node/ingest/open-document.ts';
import { readDocument } from '../../../worker-node/ingest/read-document.ts';

const read = (bytes: Uint8Array, filename: string | null = null, contentType: string | null = null) =>
  readDocument({ bytes, contentType, filename, url: null, aliases: [] });

describe('gzip of one document', () => {
  test('gzip: the document inside is read by its name and bytes, and keeps the type of what was sent', async () => {
    const page = await read(gzipSync('.TH LAMP 1\n.SH NAME\nlamp \\- light a lamp\n'), 'lamp.1.gz', 'application/x-gzip');
    expect(page).toMatchObject({ contentType: 'application/gzip', metadata: { title: 'lamp(1)' } });
    const rows = await read(gzipSync('name,city\nAda,London\n'), 'rows.csv.gz');
    expect(rows.text).toContain('| Ada | London |');
  });

  test('gzip: the size of what is inside is told before it is read, and of no other document', async () => {
    const sizes: number[] = [];
    const options = { onUnpacked: (bytes: number) => void sizes.push(bytes) };
    const input = (bytes: Uint8Array) => ({ bytes, contentType: null, filename: null, url: null, aliases: [] });
    await readDocument(input(gzipSync('a word '.repeat(1_000))), options);
    await readDocument(input(Buffer.from('a word '.repeat(1_000))), options);
    await expect(readDocument(input(gzipSync(' '.repeat(500))), options)).rejects.toThrow(/no text/);
    expect(sizes).toEqual([7_000, 500]);
  });

  test('gzip: what is compressed twice, empty, an archive or a picture is refused with what to do', async () => {
    const tar = Buffer.alloc(1024);
    tar.write('notes.txt', 0);
    tar.write('ustar', 257);
    await expect(read(gzipSync(gzipSync('words')))).rejects.toThrow(/compressed twice; unpack it once/);
    await expect(read(gzipSync(''))).rejects.toThrow(/gzip file is empty/);
    await expect(read(gzipSync(tar), 'notes.tar.gz')).rejects.toThrow(/tar archive.*unpack it/);
    await expect(read(gzipSync('\x89PNG\r\n\x1a\n\0\0\0', { level: 9 }))).rejects.toThrow(StageError);
  });

  test('gzip: a bomb is refused by the size that it expands to', () => {
    const bytes = gzipSync(Buffer.alloc(64 * 1024 * 1024, 'a'));
    expect(() => openDocument({ bytes, contentType: null, filename: 'a.txt.gz', url: null })).toThrow(
      /expands to more than 10 MiB/,
    );
  });

  test('gzip: a file that is cut anywhere is read, or refused with a reason', () => {
    const whole = gzipSync('Some words of a document that is compressed. '.repeat(20));
    fc.assert(
      fc.property(fc.integer({ min: 2, max: whole.length - 1 }), (length) => {
        const open = () => openDocument({ bytes: whole.subarray(0, length), contentType: null, filename: null, url: null });
        expect(open).toThrow(/cut or damaged/);
        expect(open).toThrow(StageError);
      }),
    );
  });
});
