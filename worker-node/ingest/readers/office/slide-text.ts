/** Reads the paragraphs of DrawingML text (ECMA-376 part 1, section 21.1.2) as Markdown blocks. */
import type { Paragraph } from '../../document.ts';
import { type ListItem, list, prose } from '../blocks.ts';
import { createParagraphBuilder } from '../paragraph-builder.ts';
import { child, childrenNamed, elementsOf, textOf } from './elements.ts';
import { mathText } from './math.ts';
import { inScript } from './scripts.ts';
import { webUrl } from './web-url.ts';
import type { XmlElement } from './xml.ts';

/** The target of an external relationship; undefined without one. */
export type TargetOf = (relationshipId: string | undefined) => string | undefined;

/** Numbers and dates of slides, which change with each showing. */
const CHANGING_FIELD = /^(?:slidenum|datetime)/;

/** A paragraph `a:p`, with the links of its runs. */
export function readTextParagraph(paragraph: XmlElement, target: TargetOf): Omit<Paragraph, 'kind'> {
  const builder = createParagraphBuilder();
  for (const run of elementsOf(paragraph)) {
    if (run.name === 'a:br') builder.lineBreak();
    else if (run.name === 'a:r' || run.name === 'a:fld') {
      if (CHANGING_FIELD.test(run.attributes.type ?? '')) continue;
      const properties = child(run, 'a:rPr');
      const url = webUrl(target(child(properties, 'a:hlinkClick')?.attributes['r:id']));
      const baseline = Number(properties?.attributes.baseline ?? 0);
      if (url !== undefined) builder.openLink(url);
      // PowerPoint writes a break within a paragraph as a vertical tab.
      const text = textOf(child(run, 'a:t')).replaceAll('\v', ' ');
      builder.append(inScript(text, baseline > 0 ? 'raised' : baseline < 0 ? 'lowered' : undefined));
      if (url !== undefined) builder.closeLink();
    } else builder.append(mathText(run));
  }
  return builder.take();
}

const MAX_LEVEL = 8;

/**
 * The paragraphs of a text body. `bulleted`: whether they are items of a list unless they say otherwise, as those of a
 * slide's main text are.
 */
export function readTextBody(body: XmlElement | undefined, target: TargetOf, bulleted: boolean): Paragraph[] {
  const blocks: Paragraph[] = [];
  let items: ListItem[] = [];
  const counts: number[] = [];
  const flush = () => {
    blocks.push(list(items));
    items = [];
  };
  const paragraphs = childrenNamed(body, 'a:p').map((paragraph) => ({
    content: readTextParagraph(paragraph, target),
    paragraph,
  }));
  const filled = paragraphs.filter(({ content }) => content.text !== '');
  for (const { content, paragraph } of filled) {
    const properties = child(paragraph, 'a:pPr');
    const depth = Math.min(Math.max(0, Number(properties?.attributes.lvl ?? 0) || 0), MAX_LEVEL);
    const numbered = child(properties, 'a:buAutoNum');
    const isItem = numbered !== undefined || child(properties, 'a:buChar') !== undefined || (bulleted && filled.length > 1);
    if (!isItem || child(properties, 'a:buNone')) {
      flush();
      counts.length = 0;
      blocks.push(prose(content.text, content.links));
      continue;
    }
    counts.length = Math.min(counts.length, numbered ? depth + 1 : depth);
    if (numbered) counts[depth] = (counts[depth] ?? (Number(numbered.attributes.startAt ?? 1) || 1) - 1) + 1;
    items.push({ content, depth, ...(numbered ? { number: counts[depth] ?? 1 } : {}) });
  }
  flush();
  return blocks;
}
