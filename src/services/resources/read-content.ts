import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { findSourceHead, readSourceSlice } from '../../kernel/db/resource-sources.ts';
import { findResource } from '../../kernel/db/resources.ts';
import { parseContentType } from '../../kernel/model/content-type.ts';
import { definitionOf, formatOfMediaType } from '../../kernel/model/format-lookup.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceIdInput } from './resource-schemas.ts';
import { cleanName } from './uploaded-file.ts';

/** The bytes that were sent or fetched. */
export interface StoredContent {
  /** With its charset, if one was named. */
  readonly contentType: string;
  readonly filename: string;
  readonly size: number;
  /** SHA-256 in hex. */
  readonly hash: string;
  /** Bytes from `start`, at most `length`. Throws `conflict` where the content was replaced since. */
  read(start: number, length: number): Promise<Uint8Array>;
}

export const readContent = operation({
  name: 'resources.content',
  scope: 'resources:read',
  summary: 'Read the original of a resource',
  description:
    'The bytes that were sent, or that were fetched from the URL, with their type and file name. They are a stranger’s: the ' +
    'response forbids a browser to show them as a page of this server. On Cloudflare Workers, content over 5 MB is a redirect ' +
    'to an address of the worker, which works for a minute.',
  destructive: false,
  input: z.object({ id: resourceIdInput }),
  output: z.custom<StoredContent>(),
  errors: ['not_found'],
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller, { id }) => {
    const resource = await findResource(db, { id, ownerId: actor.userId });
    if (!resource) throw noSuchResource();
    const source = await findSourceHead(db, id);
    if (!source || resource.contentHash === null)
      throw new AppError('not_found', 'The content of this resource has not been fetched');
    const contentType = source.contentType === '' ? 'application/octet-stream' : source.contentType;
    return {
      contentType,
      filename: source.filename ?? nameOf(resource, contentType),
      size: source.size,
      hash: resource.contentHash,
      read: async (start: number, length: number) => {
        const bytes = await readSourceSlice(db, source, { start, length });
        if (!bytes) throw new AppError('conflict', 'The content was replaced while it was read; read it again');
        return bytes;
      },
    };
  },
});

/** The last part of the address if it has an extension, else the id with that of the format. */
function nameOf({ id, url }: { readonly id: string; readonly url: string | null }, contentType: string): string {
  const last = url === null || !URL.canParse(url) ? '' : (new URL(url).pathname.split('/').at(-1) ?? '');
  if (/^[\w.~%-]{1,200}\.[A-Za-z\d]{1,8}$/.test(last)) return decoded(last);
  const format = formatOfMediaType(parseContentType(contentType).mediaType);
  return `${id}.${(format && definitionOf(format).extensions[0]) ?? 'bin'}`;
}

function decoded(name: string): string {
  try {
    return cleanName(decodeURIComponent(name));
  } catch {
    return name;
  }
}
