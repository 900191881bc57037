/**
 * Reads Markdown as GitHub does: CommonMark with tables, strikethrough, footnotes and HTML. It is rendered to HTML and read as
 * a page is, so that Markdown and the HTML in it have one meaning.
 */
import MarkdownIt, { type StateCore, type Token } from 'markdown-it';
import footnotes from 'markdown-it-footnote';
import { EMPTY_METADATA, MAX_URL_CHARACTERS, type ParsedDocument } from '../document.ts';
import { decodeInput } from './decode-input.ts';
import { readFrontMatter } from './front-matter.ts';
import { readBlocks } from './html-blocks.ts';
import { parseHtml } from './html-document.ts';
import { isDeeplyNested } from './markdown-nesting.ts';
import { readText } from './plain-text.ts';
import type { Reader } from './reader.ts';
import { titleOfPage } from './titles.ts';

/** A longer document is machine-made. It is read as plain text, as is one that nests too deeply. */
const MAX_MARKDOWN_CHARACTERS = 2_000_000;
/** Brackets and images inside one another; those inside more are left as they are written. */
const MAX_INLINE_NESTING = 100;
/** Elements whose content a browser does not read as HTML: GitHub shows or drops them, and they end nothing. */
const RAW_TEXT = /<(?=\/?(?:title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext)[\s>/])/gi;

/**
 * One parser for blocks and one for the text in them, because a limit of nesting loses the content of deeper blocks and
 * bounds the time of deeper brackets.
 */
const inlines = createParser(MAX_INLINE_NESTING);
const blocks = createParser(Number.POSITIVE_INFINITY);
blocks.core.ruler.at('inline', ({ tokens, env }: StateCore) => {
  for (const { type, content, children } of tokens)
    if (type === 'inline') inlines.inline.parse(content, inlines, env, children ?? []);
});
blocks.renderer.rules.html_block = renderHtml;
blocks.renderer.rules.html_inline = renderHtml;
blocks.renderer.rules.footnote_anchor = () => '';

/** Leaves URLs as they are written: `identifiers.ts` normalises them, and links of other schemes keep their text. */
function createParser(maxNesting: number): InstanceType<typeof MarkdownIt> {
  const parser = new MarkdownIt('commonmark', { maxNesting });
  parser.enable(['table', 'strikethrough']);
  parser.use(footnotes);
  parser.validateLink = () => true;
  parser.normalizeLink = (url) => url;
  parser.normalizeLinkText = (url) => url;
  return parser;
}

/** HTML without scripts and styles. What is left of such tags is text, so that it cannot swallow what follows. */
function renderHtml(tokens: readonly Token[], index: number): string {
  const source = tokens[index]?.content ?? '';
  return withoutElements(withoutElements(source, 'script'), 'style').replace(RAW_TEXT, '&lt;');
}

function withoutElements(source: string, name: string): string {
  const lower = source.toLowerCase();
  const kept: string[] = [];
  let from = 0;
  for (;;) {
    const start = lower.indexOf(`<${name}`, from);
    const end = start < 0 ? -1 : lower.indexOf(`</${name}>`, start);
    if (end < 0) break;
    kept.push(source.slice(from, start));
    from = end + name.length + 3;
  }
  return from === 0 ? source : kept.join('') + source.slice(from);
}

export const read: Reader = (input) => readMarkdown(decodeInput(input));

/** The title is that of the front matter, else the one that the text gives. */
export function readMarkdown(source: string): ParsedDocument {
  const { metadata, body } = readFrontMatter(source.replace(/\r\n?/g, '\n'));
  const document = body.length > MAX_MARKDOWN_CHARACTERS || isDeeplyNested(body) ? readText(body) : readBody(body);
  return { sections: document.sections, metadata: { ...metadata, title: metadata.title ?? document.metadata.title } };
}

function readBody(body: string): ParsedDocument {
  let html: string;
  try {
    html = blocks.render(body, {});
  } catch {
    // Lists that nest by indentation, too deep for the parser's stack.
    return readText(body);
  }
  const document = parseHtml(html);
  const sections = readBlocks(document.documentElement, {
    resolve: (url) => (isWebUrl(url) ? url : null),
    withoutBoilerplate: false,
    withHidden: true,
  });
  return { sections, metadata: { ...EMPTY_METADATA, title: titleOfPage(document) } };
}

const isWebUrl = (url: string) => url.length <= MAX_URL_CHARACTERS && /^https?:\/\//i.test(url) && URL.canParse(url);
