/** Writes formulas of Office Math on one line (ECMA-376 part 1, section 22.1). */
import { child, elementsOf, textOf } from './elements.ts';
import type { XmlElement } from './xml.ts';

/** `a/b`, `x^2`, `x_1`, `√(x)`; of everything else the text. */
export function mathText(element: XmlElement | undefined): string {
  if (!element) return '';
  const part = (name: string) => grouped(mathText(child(element, name)));
  switch (element.name) {
    case 'm:t':
      return textOf(element);
    case 'm:f':
      return `${part('m:num')}/${part('m:den')}`;
    case 'm:sSup':
      return `${part('m:e')}^${part('m:sup')}`;
    case 'm:sSub':
      return `${part('m:e')}_${part('m:sub')}`;
    case 'm:sSubSup':
      return `${part('m:e')}_${part('m:sub')}^${part('m:sup')}`;
    case 'm:rad':
      return `√${part('m:e')}`;
    case 'm:d':
      return `(${elementsOf(element).map(mathText).join('')})`;
    default:
      return elementsOf(element).map(mathText).join('');
  }
}

const grouped = (text: string) => (/^[\p{L}\p{N}.]*$/u.test(text) ? text : `(${text})`);
