/** The static files that ship with Pharos, read from disk once. Only names in the list exist, so no path can escape. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { packagePath } from './package-files.ts';

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SVG = 'image/svg+xml';
const JS = 'text/javascript; charset=utf-8';

const page = (file: string) => packagePath(`console/pages/${file}`);

/** By the name under which a file is served. */
export const ASSET_FILES: ReadonlyMap<string, { readonly path: () => string; readonly contentType: string }> = new Map([
  ['index.html', { path: () => packagePath('console/dist/index.html'), contentType: HTML }],
  ...builtFiles(),
  ['authorize.js', { path: () => page('authorize.js'), contentType: JS }],
  ['style.css', { path: () => page('style.css'), contentType: CSS }],
  ['favicon.svg', { path: () => page('favicon.svg'), contentType: SVG }],
]);

/** What Vite made for the console; nothing where it has not been built. */
function builtFiles(): [name: string, file: { path: () => string; contentType: string }][] {
  const types: Readonly<Record<string, string>> = { '.js': JS, '.css': CSS, '.svg': SVG };
  return listed(packagePath('console/dist/console')).flatMap((file) => {
    const contentType = types[extname(file)];
    return contentType === undefined
      ? []
      : [[`console/${file}`, { path: () => packagePath(`console/dist/console/${file}`), contentType }]];
  });
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export interface AssetFile {
  readonly body: Uint8Array<ArrayBuffer>;
  /** The same, compressed. */
  readonly gzipped: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly etag: string;
}

/** `asset(name)` resolves to the file, or to undefined for a name that is not in the list. */
export function createAssets(): (name: string) => Promise<AssetFile | undefined> {
  const loaded = new Map<string, Promise<AssetFile>>();
  return async function asset(name) {
    const file = ASSET_FILES.get(name);
    if (!file) return undefined;
    const known = loaded.get(name);
    if (known) return known;
    const loading = load(file.path(), file.contentType);
    loaded.set(name, loading);
    loading.catch(() => loaded.delete(name));
    return loading;
  };
}

async function load(path: string, contentType: string): Promise<AssetFile> {
  const body = new Uint8Array(await readFile(path));
  const gzipped = new Uint8Array(await promisify(gzip)(body, { level: 9 }));
  return { body, gzipped, contentType, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}
