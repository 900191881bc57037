/**
 * Markdown of strangers as vnodes. No markup of theirs becomes markup of this page: HTML is shown as it is written, links lead
 * to http, https and mail alone, and no image is loaded.
 */
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { ComponentChild, ComponentChildren } from 'preact';
import { Marked } from '../../parts/mark.tsx';
import { joinBlanks, type TextRange } from '../../parts/ranges.ts';
import { documentTexts as texts } from '../../texts/document.ts';
import { rangesInCode, rangesInInlineCode } from './code-ranges.ts';
import { safeHref } from './safe-href.ts';

type Root = ReturnType<typeof fromMarkdown>;
type RootContent = Root['children'][number];
type Nodes = Root | RootContent;
type Node<Type extends Nodes['type']> = Extract<Nodes, { readonly type: Type }>;

export interface Block {
  readonly shown: ComponentChild;
  /** UTF-16 units into the whole text. */
  readonly start: number;
  readonly end: number;
}

export interface Reading {
  /** The slice as it is written. */
  readonly source: string;
  /** Added to an offset of the slice to have one of the whole text. */
  readonly base: number;
  /** Of the whole text: words that were found. */
  readonly ranges: readonly TextRange[];
  readonly definitions: ReadonlyMap<string, Node<'definition'>>;
}

/** Deeper nesting than people write is shown as text. */
const DEEPEST = 24;

/** The parser needs seconds for some slices that hold little else than marks. */
const MOST_MARKS = 2_000;
const MOST_EMPHASIS = 600;

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

/** Undefined for a text that no person has written, and that would stop the page: it is shown as it is. */
export function parseBlocks(markdown: string, { base, ranges }: Pick<Reading, 'base' | 'ranges'>): Block[] | undefined {
  if (count(markdown, /[[\]>`<&!]/g) > MOST_MARKS || count(markdown, /[*_~]+/g) > MOST_EMPHASIS) return undefined;
  const root = parsed(markdown);
  if (!root) return undefined;
  const definitions = new Map(root.children.flatMap((node) => (node.type === 'definition' ? [[node.identifier, node]] : [])));
  const reading: Reading = {
    source: markdown,
    base,
    ranges,
    definitions: definitions as ReadonlyMap<string, Node<'definition'>>,
  };
  return root.children.map((node) => ({
    shown: show(node, reading, 0),
    start: base + (node.position?.start.offset ?? 0),
    end: base + (node.position?.end.offset ?? 0),
  }));
}

function parsed(markdown: string): Root | undefined {
  try {
    return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  } catch {
    // Nested more deeply than the stack.
    return undefined;
  }
}

function all(nodes: readonly Nodes[], reading: Reading, depth: number): ComponentChild[] {
  return nodes.map((node) => show(node, reading, depth));
}

function show(node: Nodes, reading: Reading, depth: number): ComponentChild {
  const offset = reading.base + (node.position?.start.offset ?? 0);
  const inside = () => ('children' in node ? all(node.children, reading, depth + 1) : []);
  if (depth > DEEPEST) return plain(node);
  switch (node.type) {
    case 'text':
      return marked(node.value, offset, node.position?.end.offset, reading);
    case 'paragraph':
      return <p key={offset}>{inside()}</p>;
    case 'heading': {
      // The title of the document is the first heading of the page.
      const Level = `h${Math.min(6, Math.max(2, node.depth))}` as 'h2';
      return (
        <Level key={offset} id={headingId(offset)} tabIndex={-1}>
          {inside()}
        </Level>
      );
    }
    case 'emphasis':
      return <em key={offset}>{inside()}</em>;
    case 'strong':
      return <strong key={offset}>{inside()}</strong>;
    case 'delete':
      return <del key={offset}>{inside()}</del>;
    case 'inlineCode':
      return <code key={offset}>{markedCode(node, rangesInInlineCode, reading)}</code>;
    case 'code':
      return <Code key={offset}>{markedCode(node, rangesInCode, reading)}</Code>;
    case 'break':
      return <br key={offset} />;
    case 'thematicBreak':
      return <hr key={offset} />;
    case 'blockquote':
      return <blockquote key={offset}>{inside()}</blockquote>;
    case 'list':
      return node.ordered ? (
        <ol key={offset} start={node.start ?? 1}>
          {inside()}
        </ol>
      ) : (
        <ul key={offset}>{inside()}</ul>
      );
    case 'listItem':
      return (
        <li key={offset}>
          {typeof node.checked === 'boolean' && <input class="check" type="checkbox" checked={node.checked} disabled />}
          {inside()}
        </li>
      );
    case 'table':
      return <TableView key={offset} node={node} reading={reading} depth={depth} />;
    case 'link':
      return (
        <SafeLink key={offset} url={node.url}>
          {inside()}
        </SafeLink>
      );
    case 'linkReference':
      return (
        <SafeLink key={offset} url={reading.definitions.get(node.identifier)?.url}>
          {inside()}
        </SafeLink>
      );
    case 'image':
      return (
        <SafeLink key={offset} url={node.url}>
          {texts.image(node.alt ?? '')}
        </SafeLink>
      );
    case 'imageReference':
      return <span key={offset}>{texts.image(node.alt ?? '')}</span>;
    case 'footnoteReference':
      return <sup key={offset}>{node.label ?? node.identifier}</sup>;
    case 'footnoteDefinition':
      return (
        <aside key={offset} class="footnote">
          <sup>{node.label ?? node.identifier}</sup> {inside()}
        </aside>
      );
    case 'html':
      return <Html key={offset} value={node.value} />;
    case 'definition':
    case 'yaml':
      return null;
    default:
      return inside();
  }
}

export const headingId = (offset: number): string => `part-${offset}`;

/** Where the source has escapes or references, nothing is marked: its offsets are not those of what is shown. */
function marked(value: string, start: number, endInSlice: number | undefined, { base, ranges }: Reading): ComponentChild {
  const end = base + (endInSlice ?? 0);
  const touching = ranges.filter(([from, to]) => from < end && to > start);
  if (touching.length === 0 || end - start !== value.length) return value;
  const own = touching.map(([from, to]): TextRange => [Math.max(0, from - start), Math.min(value.length, to - start)]);
  return <Marked text={value} ranges={joinBlanks(value, own)} />;
}

function markedCode(
  node: Node<'code' | 'inlineCode'>,
  place: typeof rangesInCode,
  { source, base, ranges }: Reading,
): ComponentChild {
  const { value, position } = node;
  if (ranges.length === 0 || !position) return value;
  const [start = 0, end = 0] = [position.start.offset, position.end.offset];
  const inNode = ranges.map(([from, to]): TextRange => [from - base - start, to - base - start]);
  const own = place(value, source.slice(start, end), inNode);
  return own.length === 0 ? value : <Marked text={value} ranges={joinBlanks(value, own)} />;
}

function Code({ children }: { children: ComponentChildren }) {
  return (
    <div class="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide block is scrolled by keyboard */}
      <pre tabIndex={0}>
        <code>{children}</code>
      </pre>
    </div>
  );
}

/** A line break is one; comments are nothing; every other tag is shown as it is written. */
function Html({ value }: { value: string }) {
  if (/^<br ?\/?>$/i.test(value)) return <br />;
  return value.startsWith('<!--') ? null : <span class="raw">{value}</span>;
}

function SafeLink({ url, children }: { url: string | undefined; children: ComponentChildren }) {
  const href = safeHref(url);
  if (href === undefined) return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
      {children}
    </a>
  );
}

function TableView({ node, reading, depth }: { node: Node<'table'>; reading: Reading; depth: number }) {
  const [head, ...rows] = node.children;
  const cells = (row: Node<'tableRow'>, Cell: 'th' | 'td') =>
    row.children.map((cell, index) => (
      <Cell key={index} style={{ textAlign: node.align?.[index] ?? undefined }}>
        {all(cell.children, reading, depth + 2)}
      </Cell>
    ));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard
    <div class="scroll" tabIndex={0}>
      <table class="grid">
        {head && (
          <thead>
            <tr>{cells(head, 'th')}</tr>
          </thead>
        )}
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>{cells(row, 'td')}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The words of a node, without going deeper than a stack can. */
function plain(node: Nodes): string {
  const words: string[] = [];
  const left: (Nodes | RootContent)[] = [node];
  while (left.length > 0) {
    const next = left.pop() as Nodes;
    if ('value' in next) words.push(next.value);
    if ('children' in next) left.push(...next.children.toReversed());
  }
  return words.join(' ');
}
