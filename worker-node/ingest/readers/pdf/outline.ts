/** The entries of a document's outline, with the pages that they lead to. */
import type { PDFDocumentProxy } from 'pdfjs-dist';
import type { OutlineEntry } from './headings.ts';

const MAX_ENTRIES = 3_000;
const MAX_LEVEL = 6;

type Node = Awaited<ReturnType<PDFDocumentProxy['getOutline']>>[number];

export async function outlineOf(document: PDFDocumentProxy): Promise<OutlineEntry[]> {
  const roots = await document.getOutline().catch(() => null);
  const entries: OutlineEntry[] = [];
  const open = (roots ?? []).map((node) => ({ node, level: 1 })).reverse();
  for (let next = open.pop(); next && entries.length < MAX_ENTRIES; next = open.pop()) {
    const { node, level } = next;
    entries.push({ title: node.title.slice(0, 1_000), level, page: await pageOf(document, node.dest).catch(() => null) });
    if (level < MAX_LEVEL) open.push(...[...(node.items as Node[])].reverse().map((item) => ({ node: item, level: level + 1 })));
  }
  return entries;
}

async function pageOf(document: PDFDocumentProxy, dest: Node['dest']): Promise<number | null> {
  const explicit = typeof dest === 'string' ? await document.getDestination(dest) : dest;
  const target: unknown = explicit?.[0];
  if (typeof target === 'number') return target + 1;
  return typeof target === 'object' && target !== null ? (await document.getPageIndex(target as never)) + 1 : null;
}
