/**
 * The routes that are more than an operation of `table.ts`: forms, streams, redirects, cookies, signed bodies. What says who may
 * call them, and what they are, is listed here; `defineRoute` refuses a route that is not.
 */
import type { Context } from 'hono';
import type { Scope } from '../kernel/model/actor.ts';
import { unitsOf } from '../kernel/rate-limits/units.ts';
import type { AccountLevel } from '../services/accounts/account-session.ts';
import { exchangeCode } from '../services/accounts/exchange-code.ts';
import type { Description } from '../services/operation.ts';
import { readContent } from '../services/resources/read-content.ts';
import { readText } from '../services/resources/read-text.ts';
import { submitResource } from '../services/resources/submit-resource.ts';
import { uploadResource } from '../services/resources/upload-resource.ts';
import type { AppEnv } from './env.ts';

export interface RouteDescription {
  /** Subject and verb, as operations have. */
  readonly name: string;
  /** Null: every valid credential will do. `public`: none is needed. */
  readonly scope: Scope | 'public' | null;
  /**
   * The level of an operation on the account itself, one that could take it over or lock its owner out. It needs an interactive
   * session; API keys, narrow tokens, tickets and system users get 403. `fresh`: the session's user logged in or confirmed the
   * password within the last 15 minutes.
   */
  readonly account?: AccountLevel;
  readonly summary: string;
  /** Absent where the definition of the route has it. */
  readonly description?: string;
  /** Called by Pharos' own worker and queue, or kept for links of earlier versions; left out of the OpenAPI document. */
  readonly internal?: true;
  /** What a request costs of its limit. Default: 1. */
  readonly cost?: (c: Context<AppEnv>) => number;
}

/** A route that reads more than JSON for an operation. */
const ofOperation = ({ name, scope, summary, description = '' }: Description): RouteDescription => ({
  ...{ name, scope, summary, description },
});

export const ROUTES: Readonly<Record<string, RouteDescription>> = {
  'GET /': { name: 'about.home', scope: 'public', summary: 'Read what this server is, and the addresses of its parts' },
  'GET /monitoring/health': {
    name: 'monitoring.health',
    scope: 'public',
    summary: 'Check the health of the service and its parts',
  },
  'GET /health': {
    name: 'monitoring.shortHealth',
    scope: 'public',
    summary: 'Check the health of the service: another address of GET /monitoring/health',
  },
  'GET /favicon.ico': { name: 'about.favicon', scope: 'public', summary: 'Read the icon of the pages' },
  'GET /monitoring/metrics': { name: 'monitoring.metrics', scope: 'admin', summary: 'Read metrics for Prometheus' },
  'GET /docs': { name: 'about.docs', scope: 'public', summary: 'Browse and try the API' },
  'GET /openapi.json': { name: 'about.openapi', scope: 'public', summary: 'Read the OpenAPI 3.1 document' },
  'GET /account/reset': {
    name: 'about.resetPage',
    scope: 'public',
    internal: true,
    summary: 'Go to the page behind the link in a password reset mail',
  },
  'GET /account/verify': {
    name: 'about.verificationPage',
    scope: 'public',
    internal: true,
    summary: 'Go to the page behind the link in a verification mail',
  },
  'GET /oauth/authorize': { name: 'grants.page', scope: 'public', summary: 'Page on which a user connects an app' },
  'POST /oauth/token': {
    name: 'grants.token',
    scope: 'public',
    summary: 'Exchange a code or a refresh token of an app for tokens',
  },
  'POST /oauth/register': { name: 'grants.register', scope: 'public', summary: 'Register an app (RFC 7591)' },
  'GET /.well-known/oauth-authorization-server': {
    name: 'tokens.metadata',
    scope: 'public',
    summary: 'Authorization server metadata (RFC 8414)',
  },
  'GET /.well-known/oauth-authorization-server/mcp': {
    name: 'tokens.metadataOfAssistants',
    scope: 'public',
    summary: 'Authorization server metadata, at the path that clients of /mcp try first',
  },
  'GET /.well-known/oauth-protected-resource': {
    name: 'tokens.resourceMetadata',
    scope: 'public',
    summary: 'Protected resource metadata of the API (RFC 9728)',
  },
  'GET /.well-known/oauth-protected-resource/mcp': {
    name: 'tokens.assistantsResourceMetadata',
    scope: 'public',
    summary: 'Protected resource metadata of /mcp (RFC 9728)',
  },
  'GET /.well-known/jwks.json': {
    name: 'tokens.keys',
    scope: 'public',
    summary: 'Public keys that verify access tokens (RFC 7517)',
  },
  'GET /auth/google': { name: 'providers.google', scope: 'public', summary: 'Log in with google' },
  'GET /auth/google/callback': { name: 'providers.googleCallback', scope: 'public', summary: 'Finish a login with google' },
  'GET /auth/github': { name: 'providers.github', scope: 'public', summary: 'Log in with github' },
  'GET /auth/github/callback': { name: 'providers.githubCallback', scope: 'public', summary: 'Finish a login with github' },
  'GET /auth/oidc': { name: 'providers.oidc', scope: 'public', summary: 'Log in with oidc' },
  'GET /auth/oidc/callback': { name: 'providers.oidcCallback', scope: 'public', summary: 'Finish a login with oidc' },
  'POST /auth/link/{provider}': {
    name: 'providers.link',
    scope: null,
    account: 'fresh',
    summary: 'Link a provider to the own account',
  },
  'POST /auth/exchange': ofOperation(exchangeCode),
  'POST /resources': ofOperation(submitResource),
  'POST /resources/upload': ofOperation(uploadResource),
  'GET /resources/{id}/content': ofOperation(readContent),
  'GET /resources/{id}/text': ofOperation(readText),
  'GET /resources/{id}/progress/events': {
    name: 'progress.events',
    scope: 'resources:read',
    summary: 'Stream the progress of a resource',
  },
  'GET /progress/events': {
    name: 'progress.sharedEvents',
    scope: 'resources:read',
    summary: 'Stream the progress of several resources',
    cost: (c) => unitsOf(c.req.query('ids')?.split(',').length ?? 0),
  },
  'POST /v1/embeddings': { name: 'embeddings.create', scope: 'search', summary: 'Embed texts' },
  'GET /v1/models': { name: 'embeddings.models', scope: 'search', summary: 'List embedding models' },
  'POST /mcp': { name: 'assistants.mcp', scope: null, summary: 'Call a method of the Model Context Protocol' },
  'POST /webhooks/ingest/{id}': { name: 'webhooks.receive', scope: 'public', summary: 'Send an event' },
  'POST /jobs/progress': { name: 'reports.progress', scope: 'public', internal: true, summary: 'Report progress' },
  'POST /jobs/callback': {
    name: 'reports.attempt',
    scope: 'public',
    internal: true,
    summary: 'Report a delivery attempt of QStash',
  },
  'POST /jobs/failure': {
    name: 'reports.failure',
    scope: 'public',
    internal: true,
    summary: 'Report a message that QStash gave up',
  },
  'POST /jobs/limits': {
    name: 'reports.limits',
    scope: 'public',
    internal: true,
    summary: 'Count a request that the worker serves',
  },
};
