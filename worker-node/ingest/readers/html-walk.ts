/** Walks an HTML tree without recursion, so that deep nesting cannot overflow the stack. */

export const ELEMENT = 1;
export const TEXT = 3;
const CDATA = 4;

/** Visits texts and elements under `root` in document order; an element comes again with `leaving` after its content. */
export function* walk(
  root: Node,
  skip: (element: Element) => boolean = () => false,
): Generator<{ node: Node; leaving: boolean; depth: number }> {
  let node: Node | null = root.firstChild;
  let depth = 1;
  while (node) {
    const isElement = node.nodeType === ELEMENT;
    const skipped = isElement && skip(node as Element);
    if (!skipped && (isElement || node.nodeType === TEXT || node.nodeType === CDATA)) yield { node, leaving: false, depth };
    const child: Node | null = isElement && !skipped ? node.firstChild : null;
    if (child) {
      node = child;
      depth++;
      continue;
    }
    if (isElement && !skipped) yield { node, leaving: true, depth };
    let next: Node | null = node.nextSibling;
    while (!next) {
      node = node.parentNode;
      depth--;
      if (!node || node === root) return;
      yield { node, leaving: true, depth };
      next = node.nextSibling;
    }
    node = next;
  }
}

export const nameOf = (node: Node) => node.nodeName.toUpperCase();
