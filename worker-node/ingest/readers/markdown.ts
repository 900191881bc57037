/** Markdown (CommonMark) -> sections, its front matter read for metadata. */
import { fromMarkdown } from 'mdast-util-from-markdown';
import { createSectionBuilder, type DocumentMetadata, EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { normaliseDate } from './dates.ts';
import { languageTag, singleLine } from './html-metadata.ts';
import { createParagraphBuilder } from './paragraph-builder.ts';
import { readText } from './plain-text.ts';

type Root = ReturnType<typeof fromMarkdown>;
type Node = Root | Root['children'][number];

/** Nesting or size that no hand has written is read as plain text. */
const MAX_DEPTH = 100;
const MAX_QUOTES = /^(?:[ \t]{0,3}(?:>|[-*+]|\d{1,9}[.)])[ \t]*){50}/m;
const MAX_MARKDOWN_CHARACTERS = 2_000_000;

export function readMarkdown(source: string): ParsedDocument {
  const { metadata, body } = readFrontMatter(source.replace(/\r\n?/g, '\n'));
  const document = body.length > MAX_MARKDOWN_CHARACTERS || MAX_QUOTES.test(body) ? readText(body) : readTree(body);
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
  let together = 0;
  const flush = () => (together > 0 ? paragraph.lineBreak() : sections.paragraph(paragraph.take()));

  function children(node: Node, depth: number) {
    if ('children' in node && depth < MAX_DEPTH) for (const child of node.children) visit(child, depth + 1);
  }

  function linked(url: string | undefined, node: Node, depth: number) {
    paragraph.openLink(url ?? '');
    children(node, depth);
    paragraph.closeLink();
  }

  function visit(node: Node, depth: number) {
    switch (node.type) {
      case 'heading': {
        sections.paragraph(paragraph.take());
        children(node, depth);
        const found = paragraph.take();
        title ??= singleLine(found.text);
        sections.heading(node.depth, found);
        break;
      }
      case 'list':
        together++;
        children(node, depth);
        together--;
        flush();
        break;
      case 'listItem':
        paragraph.lineBreak();
        paragraph.append('- ');
        children(node, depth);
        break;
      case 'code':
        flush();
        paragraph.append(node.value, true);
        flush();
        break;
      case 'html':
        // Tags are left out; what stands between them comes as text of its own.
        break;
      case 'text':
      case 'inlineCode':
        paragraph.append(node.value);
        break;
      case 'break':
        paragraph.lineBreak();
        break;
      case 'link':
        linked(node.url, node, depth);
        break;
      case 'linkReference':
        linked(definitions.get(node.identifier), node, depth);
        break;
      case 'paragraph':
        children(node, depth);
        flush();
        break;
      default:
        children(node, depth);
    }
  }

  visit(root, 0);
  sections.paragraph(paragraph.take());
  return { sections: sections.finish().map(onlyWebLinks), metadata: { ...EMPTY_METADATA, title } };
}

function definitionsOf(root: Root): [string, string][] {
  return root.children.flatMap((node) => (node.type === 'definition' ? [[node.identifier, node.url] as [string, string]] : []));
}

function onlyWebLinks(section: ParsedDocument['sections'][number]): ParsedDocument['sections'][number] {
  const web = <T extends { readonly links: readonly { readonly url: string }[] }>(one: T): T => ({
    ...one,
    links: one.links.filter(({ url }) => /^https?:\/\//i.test(url) && URL.canParse(url)),
  });
  return { ...section, heading: section.heading && web(section.heading), paragraphs: section.paragraphs.map(web) };
}

/** `key: value` lines between two `---`: the simple YAML that is met in practice. */
function readFrontMatter(source: string): { metadata: DocumentMetadata; body: string } {
  const found = /^\ufeff?---[ \t]*\n([\s\S]{0,10000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(source);
  if (!found) return { metadata: EMPTY_METADATA, body: source };
  const fields = new Map<string, string[]>();
  let key = '';
  for (const row of (found[1] ?? '').split('\n')) {
    const field = /^([A-Za-z_][\w-]*):\s*(.*)$/.exec(row);
    const item = /^\s*-\s+(.*)$/.exec(row);
    if (field) {
      key = (field[1] ?? '').toLowerCase();
      fields.set(key, listOf(field[2] ?? ''));
    } else if (item && key !== '') fields.get(key)?.push(...listOf(item[1] ?? ''));
  }
  const first = (...names: string[]) => names.flatMap((name) => fields.get(name)?.join(', ') || []).at(0) ?? null;
  const canonical = first('canonical', 'canonical_url');
  return {
    metadata: {
      ...EMPTY_METADATA,
      title: first('title'),
      description: first('description', 'summary', 'abstract'),
      authors: (fields.get('authors') ?? fields.get('author') ?? []).slice(0, 50),
      publishedAt: normaliseDate(first('date', 'published', 'published_at') ?? ''),
      doi: first('doi')?.toLowerCase() ?? null,
      canonicalUrl: canonical && /^https?:\/\//.test(canonical) ? canonical : null,
      language: languageTag(first('lang', 'language')),
    },
    body: source.slice(found[0].length),
  };
}

/** A scalar or a `[flow, list]`, quotes taken off. */
function listOf(value: string): string[] {
  const flow = /^\[(.*)\]\s*$/.exec(value);
  return (flow ? (flow[1] ?? '').split(',') : [value])
    .map((part) => part.trim().replace(/^(["'])(.*)\1$/, '$2'))
    .filter((part) => part !== '');
}
