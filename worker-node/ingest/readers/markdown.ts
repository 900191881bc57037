/** Reads Markdown (CommonMark) into sections, with metadata from its front matter. */
import MarkdownIt, { type Token } from 'markdown-it';
import { createSectionBuilder, EMPTY_METADATA, filterLinks, MAX_URL_CHARACTERS, type ParsedDocument } from '../document.ts';
import { decodeInput } from './decode-input.ts';
import { readFrontMatter } from './front-matter.ts';
import { isDeeplyNested } from './markdown-nesting.ts';
import { singleLine } from './normalise.ts';
import { createParagraphBuilder } from './paragraph-builder.ts';
import { readText } from './plain-text.ts';
import type { Reader } from './reader.ts';

/** A longer document is machine-made. It is read as plain text, as is one that nests too deeply. */
const MAX_MARKDOWN_CHARACTERS = 2_000_000;
/** Brackets and images inside one another; those inside more are left as they are written. */
const MAX_INLINE_NESTING = 100;

/**
 * One parser for blocks and one for the text in them, because a limit of nesting loses the content of deeper blocks and
 * bounds the time of deeper brackets.
 */
const blocks = createParser(Number.POSITIVE_INFINITY);
blocks.core.ruler.disable(['inline', 'text_join']);
const inlines = createParser(MAX_INLINE_NESTING);

/** Leaves URLs as they are written: `identifiers.ts` normalises them, and links of other schemes keep their text. */
function createParser(maxNesting: number): InstanceType<typeof MarkdownIt> {
  const parser = new MarkdownIt('commonmark', { maxNesting });
  parser.validateLink = () => true;
  parser.normalizeLink = (url) => url;
  parser.normalizeLinkText = (url) => url;
  return parser;
}

export const read: Reader = (input) => readMarkdown(decodeInput(input));

/** The title is that of the front matter, else the first heading. */
export function readMarkdown(source: string): ParsedDocument {
  const { metadata, body } = readFrontMatter(source.replace(/\r\n?/g, '\n'));
  const document = body.length > MAX_MARKDOWN_CHARACTERS || isDeeplyNested(body) ? readText(body) : readBlocks(body);
  return { sections: document.sections, metadata: { ...metadata, title: metadata.title ?? document.metadata.title } };
}

function readBlocks(body: string): ParsedDocument {
  const env = {};
  let tokens: Token[];
  try {
    tokens = blocks.parse(body, env);
  } catch {
    // Lists that nest by indentation, too deep for the parser's stack.
    return readText(body);
  }
  const sections = createSectionBuilder();
  const paragraph = createParagraphBuilder();
  let title: string | null = null;
  let listDepth = 0;
  const flush = () => (listDepth > 0 ? paragraph.lineBreak() : sections.paragraph(paragraph.take()));

  function visit(token: Token) {
    switch (token.type) {
      case 'inline':
        for (const { children } of inlines.parseInline(token.content, env)) children?.forEach(visit);
        break;
      case 'heading_open':
        sections.paragraph(paragraph.take());
        break;
      case 'heading_close': {
        const found = paragraph.take();
        title ??= singleLine(found.text);
        sections.heading(Number(token.tag.slice(1)), found);
        break;
      }
      case 'bullet_list_open':
      case 'ordered_list_open':
        listDepth++;
        break;
      case 'bullet_list_close':
      case 'ordered_list_close':
        listDepth--;
        flush();
        break;
      case 'list_item_open':
        paragraph.lineBreak();
        paragraph.append('- ');
        break;
      case 'paragraph_close':
        flush();
        break;
      case 'fence':
      case 'code_block':
        flush();
        paragraph.append(token.content.replace(/\n$/, ''), true);
        flush();
        break;
      case 'text':
      case 'code_inline':
        paragraph.append(token.content);
        break;
      case 'softbreak':
        paragraph.append('\n');
        break;
      case 'hardbreak':
        paragraph.lineBreak();
        break;
      case 'link_open':
        paragraph.openLink(String(token.attrGet('href') ?? ''));
        break;
      case 'link_close':
        paragraph.closeLink();
        break;
      default:
      // Emphasis has no text of its own. Of HTML the tags are dropped; the text between inline tags comes as text.
    }
  }

  tokens.forEach(visit);
  sections.paragraph(paragraph.take());
  return {
    sections: sections.finish().map((section) => filterLinks(section, ({ url }) => isWebUrl(url))),
    metadata: { ...EMPTY_METADATA, title },
  };
}

const isWebUrl = (url: string) => url.length <= MAX_URL_CHARACTERS && /^https?:\/\//i.test(url) && URL.canParse(url);
