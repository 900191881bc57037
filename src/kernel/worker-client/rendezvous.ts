/** Rendezvous hashing (Thaler and Ravishankar 1998): a key keeps its node while others come and go. */

/** All nodes, the one for `key` first. Where it is away the next takes its keys, each node about as many as another. */
export function rendezvous(key: string, nodes: readonly string[]): string[] {
  const weighed = nodes.map((node) => ({ node, weight: hash(`${node} ${key}`) }));
  return weighed.sort((a, b) => b.weight - a.weight || (a.node < b.node ? -1 : 1)).map(({ node }) => node);
}

/** 32 bits: FNV-1a, then the finaliser of MurmurHash3, without which the last characters barely move the result. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
