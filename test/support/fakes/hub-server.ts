/**
 * A local Hub: the API of revisions with blobs, files that redirect to a second origin, ranges; and what goes wrong with it.
 * https://huggingface.co/docs/hub/api
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join, relative } from 'node:path';
import { startWebServer } from './web-server.ts';

export const COMMIT = 'c0ffee'.padEnd(40, '0');
const LARGE = 2000;

const sha = (algorithm: string, bytes: Uint8Array, prefix = '') =>
  createHash(algorithm).update(prefix).update(bytes).digest('hex');

export async function startHub(id: string, folder: string, { token }: { token?: string } = {}) {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(relative(folder, path), await readFile(path));
  }
  const [api, storage] = [await startWebServer(), await startWebServer()];
  /** Bytes of each file that were sent. */
  const sent = new Map<string, number>();
  let commit = COMMIT;
  /** What happens to the next answers with this file. */
  const faults = new Map<string, ((response: ServerResponse, bytes: Buffer) => void)[]>();

  const opens = (authorization: string | undefined) => token === undefined || authorization === `Bearer ${token}`;
  const listing = () =>
    [...files].map(([rfilename, bytes]) => ({
      rfilename,
      size: bytes.length,
      blobId: sha('sha1', bytes, `blob ${bytes.length}\0`),
      ...(bytes.length > LARGE ? { lfs: { sha256: sha('sha256', bytes), size: bytes.length, pointerSize: 130 } } : {}),
    }));

  api.serve(`/api/models/${id}/revision/main`, (response, request) => {
    if (!opens(request.headers.authorization)) return response.writeHead(401).end('{"error":"Repository not found"}');
    if (!request.url?.endsWith('?blobs=true')) return response.writeHead(400).end();
    return response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ sha: commit, siblings: listing() }));
  });
  for (const path of files.keys()) {
    for (const at of [COMMIT, COMMIT.replaceAll('0', '1')]) {
      api.serve(`/${id}/resolve/${at}/${path}`, (response, request) => {
        if (!opens(request.headers.authorization)) return response.writeHead(401).end();
        return response.writeHead(302, { Location: `${storage.url}/${path}` }).end();
      });
    }
    storage.serve(`/${path}`, (response, request) => {
      // The storage behind the Hub also refuses a request that has credentials in its URL and in a header.
      if (request.headers.authorization !== undefined) return response.writeHead(400).end();
      const bytes = files.get(path) as Buffer;
      const fault = faults.get(path)?.shift();
      if (fault) return fault(response, bytes);
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (from > 0 && from >= bytes.length) return response.writeHead(416).end();
      sent.set(path, (sent.get(path) ?? 0) + bytes.length - from);
      return response.writeHead(from > 0 ? 206 : 200, { 'Content-Length': bytes.length - from }).end(bytes.subarray(from));
    });
  }

  return {
    url: api.url,
    files,
    sent,
    /** The next answers with `path` are these, one after another. */
    fail: (path: string, ...with_: ((response: ServerResponse, bytes: Buffer) => void)[]) => faults.set(path, with_),
    /** The branch has moved on. */
    moveOn: () => {
      commit = COMMIT.replaceAll('0', '1');
    },
    close: () => Promise.all([api.close(), storage.close()]),
  };
}

/** Sends half of it and hangs up. */
export const cut = (response: ServerResponse, bytes: Buffer) => {
  response.writeHead(200, { 'Content-Length': bytes.length });
  response.write(bytes.subarray(0, bytes.length >> 1), () => setTimeout(() => response.destroy(), 20));
};
export const broken = (response: ServerResponse) => {
  response.writeHead(503).end();
};
/** The right length, and one bit wrong. */
export const corrupt = (response: ServerResponse, bytes: Buffer) => {
  const wrong = Buffer.from(bytes);
  wrong[0] = (wrong[0] ?? 0) ^ 1;
  response.writeHead(200, { 'Content-Length': wrong.length }).end(wrong);
};
