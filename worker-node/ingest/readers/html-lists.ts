/** Collects the items of HTML lists, with those of the lists in them, for one block of Markdown. */
import type { Paragraph } from '../document.ts';
import { type ListItem, list } from './blocks.ts';
import { nameOf } from './html-walk.ts';
import type { Inline } from './paragraph-builder.ts';

interface OpenList {
  /** The number of the next item; null in a list without numbers. */
  next: number | null;
}

interface OpenItem {
  readonly depth: number;
  readonly number: number | null;
  checked: boolean | null;
}

export function createListBuilder() {
  const open: OpenList[] = [];
  let items: ListItem[] = [];
  let item: OpenItem | null = null;
  /** Texts of the item, each on a line of its own. */
  let texts: Inline[] = [];
  let isInterrupted = false;

  function endItem(): void {
    if (texts.length > 0)
      items.push({
        content: joinLines(texts),
        depth: item?.depth ?? Math.max(0, open.length - 1),
        ...(item?.number == null ? {} : { number: item.number }),
        ...(item?.checked == null ? {} : { checked: item.checked }),
      });
    texts = [];
  }

  return {
    /** Whether a text belongs to the list: not what follows a block, such as code, in the same item. */
    takesText: () => open.length > 0 && !isInterrupted,
    open(element: Element): void {
      endItem();
      const start = Number(element.getAttribute('start') ?? 1);
      open.push({ next: nameOf(element) === 'OL' ? (Number.isSafeInteger(start) && start >= 0 ? start : 1) : null });
      item = null;
      isInterrupted = false;
    },
    item(element: Element): void {
      endItem();
      isInterrupted = false;
      const inner = open.at(-1);
      const value = Number(element.getAttribute('value') ?? Number.NaN);
      if (inner?.next != null && Number.isSafeInteger(value) && value >= 0) inner.next = value;
      item = { depth: Math.max(0, open.length - 1), number: inner?.next ?? null, checked: null };
      if (inner?.next != null) inner.next++;
    },
    /** The box of a task. */
    check(input: Element): void {
      if (item && texts.length === 0 && input.getAttribute('type')?.toLowerCase() === 'checkbox')
        item.checked = input.hasAttribute('checked');
    },
    text(text: Inline): void {
      if (text.text !== '') texts.push(text);
    },
    /** Whether the outermost list ended. */
    close(): boolean {
      endItem();
      open.pop();
      item = null;
      isInterrupted = false;
      return open.length === 0;
    },
    /** The items so far, as a block. A list that is still open goes on in the next one. */
    take(): Paragraph {
      endItem();
      const block = list(items);
      items = [];
      isInterrupted = open.length > 0;
      return block;
    },
  };
}

function joinLines(texts: readonly Inline[]): Inline {
  let length = 0;
  const links = texts.flatMap(({ text, links: own }) => {
    const moved = own.map((link) => ({ ...link, start: link.start + length, end: link.end + length }));
    length += text.length + 1;
    return moved;
  });
  return { text: texts.map(({ text }) => text).join('\n'), links };
}
