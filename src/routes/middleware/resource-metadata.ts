/** 401 of a protected resource names its metadata, from which a client learns where its user logs in (RFC 9728 section 5.1). */
import type { MiddlewareHandler } from 'hono';
import { MCP_PATH, resourceMetadataUrl } from '../../kernel/model/protected-resources.ts';
import type { AppEnv } from '../env.ts';

export function resourceMetadata({ publicUrl }: { readonly publicUrl: string }): MiddlewareHandler<AppEnv> {
  const metadata = `resource_metadata="${resourceMetadataUrl(publicUrl, MCP_PATH)}"`;
  return async function resourceMetadata(c, next) {
    await next();
    if (c.res.status !== 401) return;
    const error = c.req.header('Authorization') === undefined ? '' : 'error="invalid_token", ';
    c.res.headers.set('WWW-Authenticate', `Bearer ${error}${metadata}`);
  };
}
