/** The key by which lists are sorted by title: equal on both databases, without case and accents. */
import { truncate } from '../core/text.ts';

const MAX_CHARACTERS = 200;

export function titleKeyOf(title: string): string {
  const plain = title.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return truncate(plain.replaceAll(/^[^\p{L}\p{N}]+/gu, ''), MAX_CHARACTERS);
}
