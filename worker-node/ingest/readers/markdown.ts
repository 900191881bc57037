/** Reads Markdown (CommonMark) into sections, with metadata from its front matter. */
import { fromMarkdown } from 'mdast-util-from-markdown';
import { createSectionBuilder, EMPTY_METADATA, filterLinks, type ParsedDocument } from '../document.ts';
import { readFrontMatter } from './front-matter.ts';
import { singleLine } from './normalise.ts';
import { createParagraphBuilder } from './paragraph-builder.ts';
import { readText } from './plain-text.ts';

type Root = ReturnType<typeof fromMarkdown>;
type Node = Root | Root['children'][number];

/** Documents above these limits are machine-made and slow to parse; they are read as plain text. */
const MAX_DEPTH = 100;
const DEEP_NESTING = /^(?:[ \t]{0,3}(?:>|[-*+]|\d{1,9}[.)])[ \t]*){50}/m;
const MAX_MARKDOWN_CHARACTERS = 2_000_000;

/** The title is that of the front matter, else the first heading. */
export function readMarkdown(source: string): ParsedDocument {
  const { metadata, body } = readFrontMatter(source.replace(/\r\n?/g, '\n'));
  const document = body.length > MAX_MARKDOWN_CHARACTERS || DEEP_NESTING.test(body) ? readText(body) : readTree(body);
  return { sections: document.sections, metadata: { ...metadata, title: metadata.title ?? document.metadata.title } };
}

function readTree(body: string): ParsedDocument {
  let root: Root;
  try {
    root = fromMarkdown(body);
  } catch {
    return readText(body);
  }
  const sections = createSectionBuilder();
  const paragraph = createParagraphBuilder();
  const definitions = new Map(definitionsOf(root));
  let title: string | null = null;
  let listDepth = 0;
  const flush = () => (listDepth > 0 ? paragraph.lineBreak() : sections.paragraph(paragraph.take()));

  function visitChildren(node: Node, depth: number) {
    if ('children' in node && depth < MAX_DEPTH) for (const child of node.children) visit(child, depth + 1);
  }

  function visitLink(url: string | undefined, node: Node, depth: number) {
    paragraph.openLink(url ?? '');
    visitChildren(node, depth);
    paragraph.closeLink();
  }

  function visit(node: Node, depth: number) {
    switch (node.type) {
      case 'heading': {
        sections.paragraph(paragraph.take());
        visitChildren(node, depth);
        const found = paragraph.take();
        title ??= singleLine(found.text);
        sections.heading(node.depth, found);
        break;
      }
      case 'list':
        listDepth++;
        visitChildren(node, depth);
        listDepth--;
        flush();
        break;
      case 'listItem':
        paragraph.lineBreak();
        paragraph.append('- ');
        visitChildren(node, depth);
        break;
      case 'code':
        flush();
        paragraph.append(node.value, true);
        flush();
        break;
      case 'html':
        // The tag itself; the text between inline tags comes as nodes of its own.
        break;
      case 'text':
      case 'inlineCode':
        paragraph.append(node.value);
        break;
      case 'break':
        paragraph.lineBreak();
        break;
      case 'link':
        visitLink(node.url, node, depth);
        break;
      case 'linkReference':
        visitLink(definitions.get(node.identifier), node, depth);
        break;
      case 'paragraph':
        visitChildren(node, depth);
        flush();
        break;
      default:
        visitChildren(node, depth);
    }
  }

  visit(root, 0);
  sections.paragraph(paragraph.take());
  return {
    sections: sections.finish().map((section) => filterLinks(section, ({ url }) => isWebUrl(url))),
    metadata: { ...EMPTY_METADATA, title },
  };
}

function definitionsOf(root: Root): [string, string][] {
  return root.children.flatMap((node) => (node.type === 'definition' ? [[node.identifier, node.url] as [string, string]] : []));
}

const isWebUrl = (url: string) => /^https?:\/\//i.test(url) && URL.canParse(url);
