/** The same text as a document of each format: the pages of this repository's documentation, by heading and paragraph. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Format } from '../../src/kernel/model/formats.ts';
import { linesAt, makePdf } from '../../test/support/fixtures/make-pdf.ts';
import { docx, pptx, slideShape, wordParagraph, xlsx } from '../../test/support/fixtures/office.ts';
import { openDocument } from '../../test/support/fixtures/open-document.ts';
import { zip } from '../../test/support/fixtures/zip.ts';

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));
/** Letters of a paragraph. */
const MIN_PARAGRAPH = 60;
const LINE_LETTERS = 90;
const LINES_OF_PAGE = 50;

export interface TextSection {
  readonly heading: string;
  readonly paragraphs: readonly string[];
}

/** Text without marks, in ASCII, because some formats would have to escape the rest. Repeated up to `characters`. */
export function textSections(characters: number): TextSection[] {
  const pages = readdirSync(DOCS).filter((name) => name.endsWith('.md'));
  const sections = pages.sort().flatMap((name) => readFileSync(join(DOCS, name), 'utf8').split(/^#+ /m).slice(1));
  const plain = (text: string) =>
    text
      .replace(/\]\([^)]*\)|[^\x20-\x7e\n]|[`*_|#<>[\]{}\\&"$%~^@]/g, '')
      .replace(/\s+/g, ' ')
      .trim();
  const all = sections.flatMap((section) => {
    const [heading = '', ...rest] = section.split('\n');
    const paragraphs = rest
      .join('\n')
      .split(/\n\n|\n- /)
      .map(plain);
    const prose = paragraphs.filter((paragraph) => paragraph.length >= MIN_PARAGRAPH);
    return prose.length === 0 ? [] : [{ heading: plain(heading), paragraphs: prose }];
  });
  const text: TextSection[] = [];
  for (let left = characters; left > 0; left -= text.at(-1)?.paragraphs.join('').length ?? left)
    text.push(all[text.length % all.length] as TextSection);
  return text;
}

type Make = (sections: readonly TextSection[]) => string | Uint8Array;

/** Markup of a heading and of a paragraph. */
const written = (heading: (text: string) => string, paragraph: (text: string) => string) => (sections: readonly TextSection[]) =>
  sections.map((one) => [heading(one.heading), ...one.paragraphs.map(paragraph)].join('')).join('');

const table = (sections: readonly TextSection[]): string[][] =>
  sections.flatMap(({ heading, paragraphs }, s) => paragraphs.map((text, p) => [`${s}.${p}`, heading, text]));

const separated = (delimiter: string) => (sections: readonly TextSection[]) =>
  [['number', 'section', 'text'], ...table(sections)]
    .map((row) => row.map((cell) => (cell.includes(delimiter) ? `"${cell}"` : cell)).join(delimiter))
    .join('\n');

/** Lines of whole words. */
const wrap = (text: string) => text.match(new RegExp(`.{1,${LINE_LETTERS}}(?:\\s|$)`, 'g')) ?? [];

const xhtml = written(
  (text) => `<h2>${text}</h2>`,
  (text) => `<p>${text}</p>\n`,
);
const plainText = written(
  (text) => `${text}\n${'='.repeat(text.length)}\n\n`,
  (text) => `${text}\n\n`,
);
const odfText = written(
  (text) => `<text:h text:outline-level="1">${text}</text:h>`,
  (text) => `<text:p>${text}</text:p>`,
);

function pdf(sections: readonly TextSection[]): Uint8Array {
  const lines = sections.flatMap(({ heading, paragraphs }) => [heading, ...paragraphs.flatMap((text) => [...wrap(text), ''])]);
  const pages = Array.from({ length: Math.ceil(lines.length / LINES_OF_PAGE) }, (_, page) =>
    linesAt(72, 740, lines.slice(page * LINES_OF_PAGE, (page + 1) * LINES_OF_PAGE)).filter(({ text }) => text !== ''),
  );
  return makePdf(pages.map((texts) => ({ texts, spaces: 0 })));
}

function epub(sections: readonly TextSection[]): Uint8Array {
  const each = (item: (name: string) => string) => sections.map((_, index) => item(`c${index}`)).join('');
  const manifest = each((id) => `<item id="${id}" href="${id}.xhtml" media-type="application/xhtml+xml"/>`);
  const metadata = '<dc:title>A book</dc:title><dc:language>en</dc:language>';
  const chapter = (section: TextSection) => `<html xmlns="http://www.w3.org/1999/xhtml"><body>${xhtml([section])}</body></html>`;
  return zip({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml':
      '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>',
    'book.opf': `<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">${metadata}</metadata><manifest>${manifest}</manifest><spine>${each((id) => `<itemref idref="${id}"/>`)}</spine></package>`,
    ...Object.fromEntries(sections.map((section, index) => [`c${index}.xhtml`, chapter(section)])),
  });
}

/** Each format, so that a new one is measured. */
const DOCUMENTS: Readonly<Record<Format, Make>> = {
  html: (sections) => `<!doctype html><html lang="en"><head><title>A page</title></head><body>${xhtml(sections)}</body></html>`,
  markdown: written(
    (text) => `## ${text}\n\n`,
    (text) => `${text}\n\n`,
  ),
  pdf,
  epub,
  rtf: (sections) =>
    `{\\rtf1\\ansi ${written(
      (text) => `\\pard\\outlinelevel0 ${text}\\par\n`,
      (text) => `\\pard ${text}\\par\n`,
    )(sections)}}`,
  eml: (sections) =>
    `From: a@mail.example\r\nTo: b@mail.example\r\nSubject: A message\r\nDate: Thu, 26 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${xhtml(sections)}`,
  docx: (sections) =>
    docx({
      body: written(
        (text) => wordParagraph(text, '<w:outlineLvl w:val="0"/>'),
        (text) => wordParagraph(text),
      )(sections),
    }),
  xlsx: (sections) => xlsx({ sheets: [{ name: 'Sections', rows: [['number', 'section', 'text'], ...table(sections)] }] }),
  pptx: (sections) =>
    pptx(
      sections.map(({ heading, paragraphs }) => ({ shapes: slideShape([heading], 'title') + slideShape(paragraphs, 'body') })),
    ),
  odt: (sections) => openDocument({ kind: 'text', body: odfText(sections) }),
  ods: (sections) => {
    const cell = (text: string) => `<table:table-cell office:value-type="string"><text:p>${text}</text:p></table:table-cell>`;
    const rows = table(sections).map((row) => `<table:table-row>${row.map(cell).join('')}</table:table-row>`);
    return openDocument({ kind: 'spreadsheet', body: `<table:table table:name="Sections">${rows.join('')}</table:table>` });
  },
  odp: (sections) =>
    openDocument({
      kind: 'presentation',
      body: sections
        .map((section) => `<draw:page><draw:frame><draw:text-box>${odfText([section])}</draw:text-box></draw:frame></draw:page>`)
        .join(''),
    }),
  gzip: (sections) => gzipSync(plainText(sections)),
  csv: separated(','),
  tsv: separated('\t'),
  notebook: (sections) =>
    JSON.stringify({
      cells: sections.map(({ heading, paragraphs }) => ({
        cell_type: 'markdown',
        metadata: {},
        source: [`## ${heading}\n\n`, ...paragraphs.map((text) => `${text}\n\n`)],
      })),
      metadata: { kernelspec: { language: 'python' } },
      nbformat: 4,
      nbformat_minor: 5,
    }),
  json: (sections) => JSON.stringify(sections),
  yaml: (sections) =>
    sections
      .map(
        ({ heading, paragraphs }) =>
          `- heading: "${heading}"\n  paragraphs:\n${paragraphs.map((text) => `    - "${text}"\n`).join('')}`,
      )
      .join(''),
  toml: (sections) =>
    sections
      .map(({ heading, paragraphs }) => `[[section]]\nheading = "${heading}"\nparagraphs = ${JSON.stringify(paragraphs)}\n`)
      .join('\n'),
  settings: (sections) =>
    sections
      .map(({ heading, paragraphs }) => `[${heading}]\n${paragraphs.map((text, index) => `text${index} = ${text}\n`).join('')}`)
      .join('\n'),
  feed: (sections) =>
    `<rss version="2.0"><channel><title>A feed</title>${sections
      .map(
        ({ heading, paragraphs }) => `<item><title>${heading}</title><description>${paragraphs.join(' ')}</description></item>`,
      )
      .join('')}</channel></rss>`,
  xml: (sections) =>
    `<?xml version="1.0"?><article xmlns="http://docbook.org/ns/docbook">${sections
      .map(
        ({ heading, paragraphs }) =>
          `<section><title>${heading}</title>${paragraphs.map((text) => `<para>${text}</para>`).join('')}</section>`,
      )
      .join('')}</article>`,
  rst: plainText,
  asciidoc: written(
    (text) => `== ${text}\n\n`,
    (text) => `${text}\n\n`,
  ),
  org: written(
    (text) => `* ${text}\n\n`,
    (text) => `${text}\n\n`,
  ),
  latex: (sections) =>
    `\\documentclass{article}\\begin{document}\n${written(
      (text) => `\\section{${text}}\n\n`,
      (text) => `${text}\n\n`,
    )(sections)}\\end{document}`,
  man: (sections) =>
    `.TH PAGE 1\n${written(
      (text) => `.SH ${text}\n`,
      (text) => `.PP\n${text}\n`,
    )(sections)}`,
  subtitles: (sections) =>
    `WEBVTT\n\n${table(sections)
      .map(([, , text], index) => {
        const at = (second: number) => new Date(1_000 * second).toISOString().slice(11, 23);
        return `${at(5 * index)} --> ${at(5 * index + 4)}\n${text}\n`;
      })
      .join('\n')}`,
  calendar: (sections) =>
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${sections
      .map(
        ({ heading, paragraphs }) =>
          `BEGIN:VEVENT\r\nDTSTART:20261126T100000Z\r\nSUMMARY:${heading}\r\nDESCRIPTION:${paragraphs.join('\\n').replace(/[,;]/g, '\\$&')}\r\nEND:VEVENT\r\n`,
      )
      .join('')}END:VCALENDAR\r\n`,
  patch: (sections) =>
    sections
      .map(
        ({ paragraphs }, index) =>
          `--- a/file${index}.txt\n+++ b/file${index}.txt\n@@ -1,0 +1,${paragraphs.length} @@\n${paragraphs.map((text) => `+${text}\n`).join('')}`,
      )
      .join(''),
  log: (sections) =>
    table(sections)
      .map(([number, , text]) => `2026-11-26T10:00:00Z INFO ${number} ${text}\n`)
      .join(''),
  code: (sections) =>
    sections
      .map(
        ({ paragraphs }, index) =>
          `def section_${index}(value):\n    """${wrap(paragraphs.join(' ')).join('\n    ')}"""\n    return [value, ${index}]\n\n`,
      )
      .join(''),
  text: plainText,
};

/** A document of the format with about so many characters of text. */
export function formatDocument(format: Format, characters: number): Uint8Array {
  const made = DOCUMENTS[format](textSections(characters));
  return typeof made === 'string' ? new TextEncoder().encode(made) : made;
}
