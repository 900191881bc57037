/** Under which type the frame shows the original of a stranger. */

const TEXT = /^(?:text\/|application\/(?:json|xml|[\w.-]+\+(?:json|xml))(?:;|$)|message\/)/;
const PAGE = /^(?:text\/html|application\/xhtml\+xml)/;

/** How the frame shows a type: pages as pages, any other text (also SVG and XML, which could run) as plain text. */
export function shownAs(type: string): 'text/html' | 'text/plain;charset=utf-8' | undefined {
  if (PAGE.test(type)) return 'text/html';
  return TEXT.test(type) || type.startsWith('image/svg') ? 'text/plain;charset=utf-8' : undefined;
}
