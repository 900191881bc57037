/**
 * The reader of each format. A reader turns bytes into sections of Markdown blocks (`blocks.ts`) and the metadata that the
 * document declares. Its module is loaded with the first document of the format, so that a thread loads what it needs.
 */
import type { Format } from '../../../src/kernel/model/formats.ts';
import type { Reader } from './reader.ts';

interface ReaderModule {
  readonly read: Reader;
}

/** Gzip is unpacked before. */
export type ReadFormat = Exclude<Format, 'gzip'>;

const READERS: Readonly<Record<ReadFormat, () => Promise<ReaderModule>>> = {
  html: () => import('./html.ts'),
  markdown: () => import('./markdown.ts'),
  pdf: () => import('./pdf.ts'),
  epub: () => import('./epub.ts'),
  rtf: () => import('./rtf.ts'),
  eml: () => import('./eml.ts'),
  docx: () => import('./docx.ts'),
  xlsx: () => import('./xlsx.ts'),
  pptx: () => import('./pptx.ts'),
  odt: () => import('./odt.ts'),
  ods: () => import('./ods.ts'),
  odp: () => import('./odp.ts'),
  csv: () => import('./csv.ts'),
  tsv: () => import('./csv.ts'),
  notebook: () => import('./notebook.ts'),
  json: () => import('./json.ts'),
  yaml: () => import('./yaml.ts'),
  toml: () => import('./toml.ts'),
  settings: () => import('./settings.ts'),
  feed: () => import('./xml.ts'),
  xml: () => import('./xml.ts'),
  rst: () => import('./rst.ts'),
  asciidoc: () => import('./asciidoc.ts'),
  org: () => import('./org.ts'),
  latex: () => import('./latex.ts'),
  man: () => import('./man.ts'),
  subtitles: () => import('./subtitles.ts'),
  calendar: () => import('./calendar.ts'),
  patch: () => import('./patch.ts'),
  log: () => import('./verbatim.ts'),
  code: () => import('./source-code.ts'),
  text: () => import('./plain-text.ts'),
};

export async function readerOf(format: ReadFormat): Promise<Reader> {
  return (await READERS[format]()).read;
}
