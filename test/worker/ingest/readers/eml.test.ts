import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StageError } from '../../../../src/kernel/core/errors.ts';
import type { ParsedDocument } from '../../../../worker-node/ingest/document.ts';
import { read } from '../../../../worker-node/ingest/readers/eml.ts';

const readBytes = async (bytes: Uint8Array): Promise<ParsedDocument> =>
  read({ bytes, mediaType: '', charset: null, url: null, filename: null });
const readMail = (...lines: string[]) => readBytes(new TextEncoder().encode(lines.join('\r\n')));
const HEAD = ['From: Grace Hopper <grace@ships.example>', 'Subject: On ships'];

const blocks = ({ sections }: ParsedDocument) =>
  sections.flatMap(({ heading, paragraphs }) => [
    ...(heading ? [`# ${heading.text}`] : []),
    ...paragraphs.map(({ text }) => text),
  ]);
/** Without the table of headers. */
const body = (document: ParsedDocument) => blocks(document).slice(1);

describe('mail: headers', () => {
  test('takes subject, sender and date, and writes who wrote to whom', async () => {
    const document = await readMail(
      ...HEAD,
      'To: Ada Lovelace <ada@ships.example>, crew@ships.example',
      'Date: Sat, 14 Mar 2026 12:00:00 +0100 (CET)',
      '',
      'All is well.',
    );
    expect(document.metadata).toMatchObject({
      title: 'On ships',
      authors: ['Grace Hopper'],
      publishedAt: '2026-03-14T11:00:00.000Z',
    });
    expect(document.sections[0]?.paragraphs[0]).toMatchObject({ kind: 'table' });
    expect(blocks(document)[0]).toContain('| To | Ada Lovelace \\<ada@ships.example>, crew@ships.example |');
  });

  test('decodes encoded words, and bytes that no header should have', async () => {
    const document = await readMail(
      'From: =?iso-8859-1?Q?J=F6rg?= <j@ships.example>',
      'Subject: =?UTF-8?B?U2NoaWZmZSDDvGJlcmFsbA==?=',
      '',
      'Text',
    );
    expect(document.metadata).toMatchObject({ title: 'Schiffe überall', authors: ['Jörg'] });
    expect((await readMail('Subject: Schiffe überall', '', 'Text')).metadata.title).toBe('Schiffe überall');
  });

  test('has no date where the date is none', async () => {
    expect((await readMail(...HEAD, 'Date: yesterday, at noon', '', 'Text')).metadata.publishedAt).toBeNull();
  });
});

describe('mail: bodies', () => {
  test('keeps quoted lines as quotes, in one another', async () => {
    const document = await readMail(...HEAD, '', 'I agree.', '', '> > Is it late?', '> Yes, it is.', '', 'Good night.');
    expect(body(document)).toEqual(['I agree.', '> > Is it late?\n>\n> Yes, it is.', 'Good night.']);
    expect(document.sections[0]?.paragraphs[2]?.kind).toBe('quote');
  });

  test('reads a charset and an encoding of a part', async () => {
    const part = ['Content-Type: text/plain; charset=windows-1251', 'Content-Transfer-Encoding: base64', '', 'z/Do4uXyLCDs6PA='];
    expect(body(await readMail(...HEAD, ...part))).toEqual(['Привет, мир']);
  });

  test('prefers HTML to plain text, with its links', async () => {
    const document = await readMail(
      ...HEAD,
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'See the list of ships.',
      '--b',
      'Content-Type: text/html',
      '',
      '<p>See the <a href="https://ships.example/list">list of ships</a>.</p>',
      '--b--',
    );
    expect(body(document)).toEqual(['See the list of ships.']);
    expect(document.sections[0]?.paragraphs[1]?.links).toMatchObject([{ url: 'https://ships.example/list' }]);
  });

  test('prefers plain text to HTML that has little of it', async () => {
    const document = await readMail(
      ...HEAD,
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'The whole text of the message is in this part alone.',
      '--b',
      'Content-Type: text/html',
      '',
      '<p><img src="cid:1"> View online</p>',
      '--b--',
    );
    expect(body(document)).toEqual(['The whole text of the message is in this part alone.']);
  });
});

describe('mail: attachments', () => {
  const attached = (...part: string[]) =>
    readMail(...HEAD, 'Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'See below.', '--b', ...part, '--b--');

  test('names attachments with type and size, and leaves out what is in them', async () => {
    const document = await attached(
      'Content-Type: text/csv',
      "Content-Disposition: attachment; filename*=UTF-8''sch%C3%B6ne%20schiffe.csv",
      '',
      'name,year',
    );
    expect(body(document)).toEqual(['See below.', '# Attachments', '- schöne schiffe.csv (text/csv, 10 bytes)']);
  });

  test('reads an attached message under its subject', async () => {
    const document = await attached(
      'Content-Type: message/rfc822',
      '',
      'From: ada@ships.example',
      'Subject: Inner',
      '',
      'The inner text.',
    );
    expect(body(document)).toEqual(['See below.', '# Inner', expect.stringContaining('| Subject | Inner |'), 'The inner text.']);
  });
});

describe('mail: what cannot be read', () => {
  const refusal = (bytes: Uint8Array) => expect(readBytes(bytes)).rejects;
  const encode = (text: string) => new TextEncoder().encode(text);

  test('says that a message is empty', async () => {
    await refusal(encode('From: grace@ships.example\r\n\r\n')).toThrow(
      'The message has no subject, no text and nothing attached',
    );
  });

  test('says that parts are nested too deeply', async () => {
    const nested = Array.from({ length: 300 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`).join(
      '',
    );
    await refusal(encode(`Subject: Deep\r\n${nested}\r\nText`)).toThrow('nested too deeply');
  });

  test('messages in messages end at a depth', async () => {
    let mail = 'Subject: innermost\r\n\r\nText';
    for (let i = 0; i < 40; i++) mail = `Subject: level ${i}\r\nContent-Type: message/rfc822\r\n\r\n${mail}`;
    const headings = (await readBytes(encode(mail))).sections.flatMap(({ heading }) => heading?.text ?? []);
    expect(headings).toEqual(['level 38', 'level 37', 'level 36', 'level 35', 'level 34', 'Attachments']);
  });

  test('any bytes behind a header give a document or a refusal', async () => {
    const head = encode('Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n');
    const part = fc.constantFrom(
      '--b\r\n',
      '--b--',
      'Content-Type: text/html; charset=x\r\n',
      '\r\n\r\n',
      '<p>',
      '>',
      '=?x?B?',
      'Content-Transfer-Encoding: base64\r\n',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(part.map(encode), fc.uint8Array({ maxLength: 40 })), { maxLength: 30 }),
        async (parts) => {
          const result = await readBytes(Buffer.concat([head, ...parts])).catch((error: unknown) => error);
          if (result instanceof Error) expect(result).toBeInstanceOf(StageError);
        },
      ),
      { numRuns: 200 },
    );
  });
});
