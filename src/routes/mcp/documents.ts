/** Documents as resources of the protocol: an assistant's user picks them from a list, or names one by its address. */
import type { ListResourcesResult, ListResourceTemplatesResult, ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import type { Actor } from '../../kernel/model/actor.ts';
import { fetchDocument } from '../../services/assistants/fetch-document.ts';
import { listDocuments } from '../../services/assistants/list-documents.ts';
import type { AppContext } from '../../services/context.ts';
import type { CallOptions } from '../../services/operation.ts';
import { RPC_ERROR, RpcError } from './json-rpc.ts';

const PREFIX = 'pharos://documents/';
const PAGE = 50;
const MIME_TYPE = 'text/plain';

export const TEMPLATES: ListResourceTemplatesResult = {
  resourceTemplates: [
    {
      uriTemplate: `${PREFIX}{id}`,
      name: 'document',
      title: 'A document of the library',
      description: 'The text of a document, by its id',
      mimeType: MIME_TYPE,
    },
  ],
};

export async function listAsResources(
  context: AppContext,
  actor: Actor,
  { cursor }: { readonly cursor?: string | undefined },
  options: CallOptions,
): Promise<ListResourcesResult> {
  const { documents, next_cursor: next } = await listDocuments(context, actor, { limit: PAGE, cursor }, options);
  return {
    resources: documents.map(({ id, title, summary }) => ({
      uri: `${PREFIX}${id}`,
      name: title,
      title,
      mimeType: MIME_TYPE,
      ...(summary === undefined ? {} : { description: summary }),
    })),
    ...(next === undefined ? {} : { nextCursor: next }),
  };
}

export async function readAsResource(
  context: AppContext,
  actor: Actor,
  uri: string,
  options: CallOptions,
): Promise<ReadResourceResult> {
  const id = uri.startsWith(PREFIX) ? uri.slice(PREFIX.length) : '';
  if (!/^[\w-]{1,64}$/.test(id)) throw new RpcError(RPC_ERROR.resourceNotFound, 'Resource not found', { data: { uri } });
  const { text, metadata } = await fetchDocument(context, actor, { id }, options);
  const { truncated, characters } = metadata;
  return { contents: [{ uri, mimeType: MIME_TYPE, text, ...(truncated ? { _meta: { truncated, characters } } : {}) }] };
}
