/** Parses HTML into a document of linkedom. */
import { parseHTML } from 'linkedom';

export function parseHtml(html: string): Document {
  const document = parseWhole(html);
  // linkedom splits a style by an expression that takes quadratic time in runs of white space.
  for (const element of document.querySelectorAll('[style]'))
    element.setAttribute('style', (element.getAttribute('style') ?? '').replace(/\s+/g, ' '));
  return document;
}

function parseWhole(html: string): Document {
  const { document } = parseHTML(html);
  // linkedom takes the first element of a fragment for the root and loses the rest.
  return document.documentElement?.nodeName.toUpperCase() === 'HTML'
    ? document
    : parseHTML(`<!doctype html><html><body>${html}</body></html>`).document;
}
