/** The static files that ship with Pharos, read from disk once. Only names in the list exist, so no path can escape. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { packagePath } from './package-files.ts';

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const JS = 'text/javascript; charset=utf-8';

const { resolve } = createRequire(import.meta.url);
const consoleFile = (file: string) => packagePath(`console/${file}`);
const swaggerFile = (file: string) => resolve(`swagger-ui-dist/${file}`);

/** By the name under which a file is served. */
export const ASSET_FILES: ReadonlyMap<string, { readonly path: () => string; readonly contentType: string }> = new Map([
  ['index.html', { path: () => consoleFile('index.html'), contentType: HTML }],
  ['account.html', { path: () => consoleFile('account.html'), contentType: HTML }],
  ['authorize.js', { path: () => consoleFile('authorize.js'), contentType: JS }],
  ['account.js', { path: () => consoleFile('account.js'), contentType: JS }],
  ['docs.html', { path: () => consoleFile('docs.html'), contentType: HTML }],
  ['style.css', { path: () => consoleFile('style.css'), contentType: CSS }],
  ['favicon.svg', { path: () => consoleFile('favicon.svg'), contentType: 'image/svg+xml' }],
  ['docs/init.js', { path: () => consoleFile('docs.js'), contentType: JS }],
  ['docs/swagger-ui.css', { path: () => swaggerFile('swagger-ui.css'), contentType: CSS }],
  ['docs/swagger-ui-bundle.js', { path: () => swaggerFile('swagger-ui-bundle.js'), contentType: JS }],
]);

export interface AssetFile {
  readonly body: Uint8Array<ArrayBuffer>;
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
  return { body, contentType, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}
