/** The Hugging Face Hub over HTTP: what a repository has at a revision, and its files. https://huggingface.co/docs/hub/api */
import { z } from 'zod';
import type { Fetch } from '../../src/kernel/core/ports.ts';
import { UsageError } from '../command.ts';

export interface HubFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the content for files in large storage (LFS); otherwise git's SHA-1 over `blob <size>\0` and the content. */
  readonly checksum: { readonly algorithm: 'sha256' | 'git-sha1'; readonly hex: string };
}

export interface Snapshot {
  readonly id: string;
  /** The commit that the revision was resolved to. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

export interface Hub {
  /** Throws UsageError for a fault that the caller can correct, otherwise Error. */
  snapshot(id: string, revision: string): Promise<Snapshot>;
  /** The file from byte `from` on: 206, or 200 with the whole file, or 416 when `from` is beyond its end. */
  open(snapshot: Snapshot, path: string, from: number, signal: AbortSignal): Promise<Response>;
}

/** Milliseconds for a response of the API. Downloads have a deadline of their own, between two pieces. */
const DEADLINE_MS = 30_000;

const snapshotSchema = z.object({
  sha: z.string().regex(/^[\da-f]{40}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.int().min(0).optional(),
      blobId: z.string().optional(),
      lfs: z.object({ sha256: z.string().regex(/^[\da-f]{64}$/), size: z.int().min(0) }).nullish(),
    }),
  ),
});

const UNREACHABLE = ': name a mirror in HF_ENDPOINT, or copy the folder of the model into DATA_DIR/models';

/** `name`, or `organisation/name`. */
const ID = /^[\w][\w.-]{0,95}(?:\/[\w][\w.-]{0,95})?$/;
/** Paths that stay below the folder of the model. */
const PATH = /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.\-/ ]+$/;

export function createHub({ endpoint, token, fetch }: { endpoint: string; token?: string | undefined; fetch: Fetch }): Hub {
  // A redirect to the storage on another origin drops the header (Fetch standard, HTTP-redirect fetch).
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };

  async function request(url: string, init: RequestInit, remedy = ''): Promise<Response> {
    try {
      return await fetch(url, { ...init, headers: { ...headers, ...init.headers } });
    } catch (cause) {
      throw new Error(`${endpoint} cannot be reached${remedy}`, { cause });
    }
  }

  async function snapshot(id: string, revision: string): Promise<Snapshot> {
    if (!ID.test(id)) throw new UsageError(`expected the id of a model, as in organisation/name, not "${id}"`);
    const url = `${endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
    const response = await request(url, { signal: AbortSignal.timeout(DEADLINE_MS) }, UNREACHABLE);
    if (response.status === 404) throw new UsageError(`${endpoint} has no model ${id} at revision ${revision}`);
    if (response.status === 401 || response.status === 403) {
      const why = token === undefined ? 'it needs a token: set HF_TOKEN' : 'HF_TOKEN does not open it';
      throw new UsageError(`${endpoint} does not give out ${id}: ${why}, or there is no such model`);
    }
    if (!response.ok) throw new Error(`${endpoint} responded with ${response.status} when asked about ${id}`);
    const parsed = snapshotSchema.safeParse(await response.json().catch(() => undefined));
    if (!parsed.success) throw new Error(`${endpoint} does not respond as the Hub does`);
    return { id, commit: parsed.data.sha, files: parsed.data.siblings.flatMap(toFile) };
  }

  return {
    snapshot,
    open: ({ id, commit }, path, from, signal) => {
      const url = `${endpoint}/${id}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
      return request(url, { signal, headers: from > 0 ? { Range: `bytes=${from}-` } : {} });
    },
  };
}

/** Empty for a file without a checksum, or with a path that leaves the folder. */
function toFile({ rfilename: path, size, blobId, lfs }: z.infer<typeof snapshotSchema>['siblings'][number]): HubFile[] {
  if (!PATH.test(path)) return [];
  if (lfs) return [{ path, size: lfs.size, checksum: { algorithm: 'sha256', hex: lfs.sha256 } }];
  if (size === undefined || blobId === undefined) return [];
  return [{ path, size, checksum: { algorithm: 'git-sha1', hex: blobId } }];
}
