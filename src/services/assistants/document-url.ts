/** The address by which an assistant cites a document. */
import type { Config } from '../../kernel/config/config.ts';
import type { ResourceSummary } from '../../kernel/db/resources.ts';

/** The page that a browser shows for a document without an address of its own. */
export const DOCUMENT_PAGES = '/app/documents';

export const documentUrl = ({ publicUrl }: Pick<Config, 'publicUrl'>, { id, url }: Pick<ResourceSummary, 'id' | 'url'>): string =>
  url ?? `${publicUrl}${DOCUMENT_PAGES}/${id}`;

export const documentTitle = ({ title, url }: Pick<ResourceSummary, 'title' | 'url'>): string => title ?? url ?? 'Untitled';
