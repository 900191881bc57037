/** The source of a resource, and the key by which the same source is recognised when it is sent again. */
import { sha256Hex } from '../../kernel/core/digest.ts';
import { normaliseUrl } from './identifiers.ts';

/** A URL that the worker fetches, or the document's bytes. */
export type SourceInput =
  | { readonly kind: 'url'; readonly url: string }
  | {
      readonly kind: 'content';
      readonly body: Uint8Array;
      /** A media type of model/formats.ts, with the `charset` that the sender named, if any. */
      readonly contentType: string;
      readonly filename?: string | undefined;
    };

export interface IdentifiedSource {
  readonly sourceKey: string;
  /** SHA-256 in hex; null for a URL, whose bytes are not fetched yet. */
  readonly contentHash: string | null;
}

export async function identifySource(source: SourceInput): Promise<IdentifiedSource> {
  if (source.kind === 'url') return { sourceKey: `url:${normaliseUrl(source.url) ?? source.url}`, contentHash: null };
  const contentHash = await sha256Hex(source.body);
  return { sourceKey: `sha256:${contentHash}`, contentHash };
}
