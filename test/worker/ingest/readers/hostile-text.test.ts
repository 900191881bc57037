import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StageError } from '../../../../src/kernel/core/errors.ts';
import { TEXT_FORMATS } from '../../../../src/kernel/model/text-formats.ts';
import type { ReadFormat } from '../../../../worker-node/ingest/readers/index.ts';
import { readAs } from '../../../support/kits/read-format.ts';

const FORMATS = Object.keys(TEXT_FORMATS) as ReadFormat[];

/** Characters and pieces that mean something in one of the formats. */
const piece = fc.constantFrom(
  ...'\n \t*_`=-+~|:;,.{}[]<>"\'\\/#%&$!@^0a'.split(''),
  ...[
    '\n\n',
    '    ',
    '::',
    '.. x:: y\n',
    '|===\n',
    '#+begin_src\n',
    '\\begin{a}',
    '\\item',
    '.TP\n',
    '```',
    '<a>',
    '</a>',
    '&#1;',
    'BEGIN:VEVENT\n',
    '-->',
    '00:01.000',
    'def f(',
    'é',
    '😀',
  ],
);
const source = fc.array(piece, { maxLength: 120 }).map((pieces) => pieces.join(''));

describe('formats of text: input that is no document of theirs', () => {
  test.each(FORMATS)('%s: any text is read, or refused with a reason, and links lie on their words', async (format) => {
    await fc.assert(
      fc.asyncProperty(source, async (text) => {
        try {
          const reading = await readAs(format, text);
          for (const [words] of reading.links) expect(words).not.toBe('');
        } catch (error) {
          expect(error).toBeInstanceOf(StageError);
        }
      }),
      { numRuns: 150 },
    );
  });

  test.each(FORMATS)('%s: arbitrary bytes are read, or refused with a reason', async (format) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await readAs(format, bytes).catch((error: unknown) => expect(error).toBeInstanceOf(StageError));
      }),
      { numRuns: 60 },
    );
  });

  test.each(
    FORMATS.flatMap((format) =>
      [
        '[',
        '{',
        '(',
        '<a>',
        '*',
        '`',
        '  ',
        '- ',
        '.. note::\n   ',
        '\\begin{itemize}',
        '\\textbf{',
        '{\\b ',
        '{"a":',
        '|',
        '"',
        '[[',
        '>',
        '~\n',
        '\\',
      ].map((token): [ReadFormat, string] => [format, token]),
    ),
  )('%s: 20,000 of %j end with a document or a reason', async (format, token) => {
    await readAs(format, token.repeat(20_000)).catch((error: unknown) => expect(error).toBeInstanceOf(StageError));
  });
});
