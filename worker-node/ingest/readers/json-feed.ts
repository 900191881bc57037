/** Reads JSON Feed (jsonfeed.org, versions 1 and 1.1). */
import type { ParsedDocument } from '../document.ts';
import { type DataNode, memberOf, memberText } from './data-tree.ts';
import { normaliseDate } from './dates.ts';
import { type FeedEntry, writeFeed } from './feed-entries.ts';

export const isJsonFeed = (root: DataNode) =>
  /^https:\/\/jsonfeed\.org\/version\//.test(memberText(root, 'version') ?? '') && memberOf(root, 'items')?.kind === 'list';

export function readJsonFeed(root: DataNode, url: string | null): ParsedDocument {
  const items = memberOf(root, 'items');
  return writeFeed(
    {
      title: memberText(root, 'title'),
      description: memberText(root, 'description'),
      language: memberText(root, 'language'),
      authors: authorsOf(root),
      entries: items?.kind === 'list' ? items.items.map(entryOf) : [],
    },
    url,
  );
}

function entryOf(item: DataNode): FeedEntry {
  const text = memberOf(item, 'content_text') ?? memberOf(item, 'summary');
  const html = memberOf(item, 'content_html');
  const escaped = text?.kind === 'scalar' ? text.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;') : '';
  return {
    title: memberText(item, 'title'),
    url: memberText(item, 'url') ?? memberText(item, 'external_url'),
    date: normaliseDate(memberText(item, 'date_published') ?? ''),
    authors: authorsOf(item),
    html: html?.kind === 'scalar' ? html.text : escaped,
  };
}

function authorsOf(node: DataNode): string[] {
  const authors = memberOf(node, 'authors');
  const list = authors?.kind === 'list' ? authors.items : [memberOf(node, 'author')];
  return list.flatMap((author) => memberText(author, 'name') ?? []);
}
