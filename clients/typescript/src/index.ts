/** @pharos/client: a typed client of Pharos for Node, browsers and Workers. */
export {
  type BrowserClient,
  type Chunk,
  type Client,
  createClient,
  type NewResource,
  type RawRequest,
  type RequestOptions,
  type Resource,
  type ResourceFilter,
  type SearchHit,
  type SearchQuery,
  type Suggestions,
} from './client.ts';
export type { TokenStore, Tokens } from './credentials.ts';
export { type FieldError, PharosError } from './error.ts';
export type { BrowserClientOptions, ClientOptions } from './options.ts';
export { pages } from './pages.ts';
export type { ProgressOptions, ResourceProgress } from './progress.ts';
export { beginRenewal, type Renewal } from './renewal.ts';
export type { components, operations, paths } from './schema.generated.ts';
export type { SearchResult } from './search.ts';
export type { AcceptedResource, SentResource, UploadOptions } from './upload.ts';
