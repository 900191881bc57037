/** The text of a document in a text format. */
import { decodeText } from '../charset.ts';
import type { ReaderInput } from './reader.ts';

/** `html`: whether markup may name the charset. NUL bytes are removed: PostgreSQL stores none in text. */
export const decodeInput = ({ bytes, charset }: ReaderInput, { html = false }: { readonly html?: boolean } = {}) =>
  decodeText(bytes, { declared: charset, html }).replaceAll('\0', '');
