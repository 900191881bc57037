/** What the built-in model's card promises of ids, vectors and cosines. */
import { readFileSync } from 'node:fs';

interface Golden {
  readonly texts: readonly { text: string; input_ids: number[]; sentence_embedding_head: number[]; norm: number }[];
  readonly pairs: readonly { a: string; b: string; cosine: number }[];
}

const FILE = new URL('../../../models/pharos-static-192/golden.json', import.meta.url);

export default JSON.parse(readFileSync(FILE, 'utf8')) as Golden;
