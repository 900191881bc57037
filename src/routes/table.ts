/** Every operation that HTTP serves, with its method and path. A new operation is its file in `services` and a line here. */

import type { AccountLevel } from '../services/accounts/account-session.ts';
import { createApiKey, deleteApiKey, listApiKeys } from '../services/accounts/api-keys.ts';
import { authOptions } from '../services/accounts/auth-options.ts';
import { changeAccount } from '../services/accounts/change-account.ts';
import { deleteAccount } from '../services/accounts/delete-account.ts';
import { endSession, endSessions, logout } from '../services/accounts/end-sessions.ts';
import { getAccount } from '../services/accounts/get-account.ts';
import { getLimits } from '../services/accounts/get-limits.ts';
import { listProviders } from '../services/accounts/list-providers.ts';
import { listSessions } from '../services/accounts/list-sessions.ts';
import { login } from '../services/accounts/login.ts';
import {
  requestPasswordReset,
  requestVerification,
  resetPassword,
  verifyOwnEmail,
} from '../services/accounts/mail-operations.ts';
import { changeOwnPassword, confirmOwnPassword } from '../services/accounts/password-operations.ts';
import { refreshTokens } from '../services/accounts/refresh-tokens.ts';
import { registerAccount } from '../services/accounts/register-account.ts';
import { introspectToken, revokeToken } from '../services/accounts/token-operations.ts';
import { unlinkProvider } from '../services/accounts/unlink-provider.ts';
import { listUserEvents, listUsers, updateUser } from '../services/accounts/users.ts';
import { listGrants, revokeGrant } from '../services/grants/connected-apps.ts';
import { giveConsent } from '../services/grants/give-consent.ts';
import { resourceGraph } from '../services/graph/resource-graph.ts';
import { similarResources } from '../services/graph/similar-resources.ts';
import { cancelJob, cancelResource } from '../services/jobs/cancel-job.ts';
import { listJobs } from '../services/jobs/list-jobs.ts';
import { listResourceJobs } from '../services/jobs/list-resource-jobs.ts';
import { retryDeadJobs } from '../services/jobs/retry-dead-jobs.ts';
import { retryJob } from '../services/jobs/retry-job.ts';
import { listModels } from '../services/models/list-models.ts';
import { createTicket } from '../services/progress/create-ticket.ts';
import { getProgress, getStatus } from '../services/progress/read-progress.ts';
import { bulkChange } from '../services/resources/bulk.ts';
import { createBatch } from '../services/resources/create-batch.ts';
import { createUploadUrl } from '../services/resources/create-upload-url.ts';
import { deleteResource } from '../services/resources/delete-resource.ts';
import { getResource } from '../services/resources/get-resource.ts';
import { knownResources } from '../services/resources/known-resources.ts';
import { listChunks } from '../services/resources/list-chunks.ts';
import { listResources } from '../services/resources/list-resources.ts';
import { reprocessResource } from '../services/resources/reprocess-resource.ts';
import { updateResource } from '../services/resources/update-resource.ts';
import { search, searchByPost } from '../services/search/search.ts';
import { suggest } from '../services/search/suggest.ts';
import { readStatistics } from '../services/system/read-statistics.ts';
import { getTask } from '../services/tasks/get-task.ts';
import { getTaxonomy } from '../services/taxonomy/get-taxonomy.ts';
import { replaceTaxonomy } from '../services/taxonomy/replace-taxonomy.ts';
import { taxonomyUse } from '../services/taxonomy/taxonomy-use.ts';
import { createWebhookEndpoint } from '../services/webhooks/create-webhook-endpoint.ts';
import { getCallbackSecret } from '../services/webhooks/get-callback-secret.ts';
import { listCallbacks } from '../services/webhooks/list-callbacks.ts';
import { listWebhookEndpoints } from '../services/webhooks/list-webhook-endpoints.ts';
import { renewCallbackSecret } from '../services/webhooks/renew-callback-secret.ts';
import { retryCallback } from '../services/webhooks/retry-callback.ts';
import { revokeWebhookEndpoint } from '../services/webhooks/revoke-webhook-endpoint.ts';
import { loginInBrowser, logoutInBrowser, refreshInBrowser } from './accounts/browser-session.ts';
import { http, type MountedOperation } from './mount.ts';
import { ROUTES } from './routes.ts';
import { ifMatch, ifMatchHeaders, versionHeaders, withVersion } from './taxonomy-version.ts';

export const OPERATIONS: readonly MountedOperation[] = [
  http(listResources, 'GET /resources', { returns: 'A page of resources' }),
  http(getResource, 'GET /resources/{id}', { returns: 'The resource' }),
  http(updateResource, 'PATCH /resources/{id}', { returns: 'The changed resource', body: 'ResourceChanges' }),
  http(deleteResource, 'DELETE /resources/{id}', { returns: 'Deleted' }),
  http(createBatch, 'POST /resources/batch', { returns: 'One result per item', itemsOf: 'resources' }),
  http(bulkChange, 'POST /resources/bulk', { returns: 'Accepted: the task that does it', status: 202 }),
  http(knownResources, 'POST /resources/known', { returns: 'The resources that the owner has', noStore: true }),
  http(getTask, 'GET /tasks/{id}', { returns: 'The task', noStore: true }),
  http(cancelResource, 'POST /resources/{id}/cancel', { returns: 'Stopped' }),
  http(reprocessResource, 'POST /resources/{id}/reprocess', {
    returns: 'Accepted',
    status: 202,
    body: 'Reprocess',
    optionalBody: true,
  }),
  http(listChunks, 'GET /resources/{id}/chunks', { returns: 'A page of chunks' }),
  http(listResourceJobs, 'GET /resources/{id}/jobs', { returns: 'Newest first' }),
  http(similarResources, 'GET /resources/{id}/similar', { returns: 'Similar resources with their scores' }),
  http(resourceGraph, 'GET /resources/{id}/graph', { returns: 'Nodes and edges' }),
  http(getTaxonomy, 'GET /taxonomy', {
    returns: 'Root categories with their descendants',
    headers: { response: versionHeaders },
    around: withVersion,
  }),
  http(replaceTaxonomy, 'PUT /taxonomy', {
    body: 'TaxonomyReplace',
    returns: 'The tree, and how many documents the change concerns',
    headers: { request: ifMatchHeaders, response: versionHeaders },
    around: ifMatch,
  }),
  http(taxonomyUse, 'GET /admin/taxonomy', { returns: 'Documents by category', noStore: true }),
  http(search, 'GET /search', {
    returns: 'Hits, best match first',
    cancellable: true,
    cost: ({ limits }) => limits.searchCost,
    isTyping: (query) => query('prefix') === 'true',
  }),
  http(searchByPost, 'POST /search', {
    returns: 'Hits, best match first',
    cancellable: true,
    cost: ({ limits }) => limits.searchCost,
  }),
  http(suggest, 'GET /search/suggest', { returns: 'Titles and words', cancellable: true, isTyping: () => true }),
  http(listCallbacks, 'GET /callbacks', { returns: 'Newest first' }),
  http(retryCallback, 'POST /callbacks/{id}/retry', { returns: 'The callback, due now', status: 202 }),
  http(getCallbackSecret, 'GET /callbacks/secret', { returns: 'The secret', noStore: true }),
  http(renewCallbackSecret, 'POST /callbacks/secret', { returns: 'The new secret', status: 201, noStore: true }),
  http(createWebhookEndpoint, 'POST /webhooks', { returns: 'The endpoint and its secret', status: 201, noStore: true }),
  http(listWebhookEndpoints, 'GET /webhooks', { returns: 'Newest first' }),
  http(revokeWebhookEndpoint, 'DELETE /webhooks/{id}', { returns: 'Revoked' }),
  http(listJobs, 'GET /admin/jobs', { returns: 'Newest first' }),
  http(retryDeadJobs, 'POST /admin/jobs/retry', { returns: 'How many were retried' }),
  http(retryJob, 'POST /admin/jobs/{id}/retry', { returns: 'The new job', status: 202 }),
  http(cancelJob, 'POST /admin/jobs/{id}/cancel', { returns: 'The cancelled job' }),
  http(readStatistics, 'GET /admin/statistics', { returns: 'Newest minute first', noStore: true }),
  http(listModels, 'GET /admin/models', { returns: 'The active model first' }),
  http(registerAccount, 'POST /auth/register', { returns: 'The new account', status: 201 }),
  http(login, 'POST /auth/login', {
    returns: 'A token pair',
    bodies: ['form', 'json'],
    noStore: true,
    around: loginInBrowser,
  }),
  http(refreshTokens, 'POST /auth/refresh', {
    returns: 'A token pair',
    bodies: ['json', 'form'],
    optionalBody: true,
    noStore: true,
    around: refreshInBrowser,
  }),
  http(authOptions, 'GET /auth/options', { returns: 'What a login page may offer', noStore: true }),
  http(revokeToken, 'POST /auth/revoke', { returns: 'The token is not valid any more', status: 200, bodies: ['form'] }),
  http(introspectToken, 'POST /auth/introspect', {
    returns: 'Whether the token is active and, if so, its owner, scopes and times',
    bodies: ['form'],
    noStore: true,
  }),
  http(requestPasswordReset, 'POST /auth/password/forgot', {
    returns: 'A mail is sent if an account has this address',
    status: 202,
  }),
  http(resetPassword, 'POST /auth/password/reset', { returns: 'Set' }),
  http(requestVerification, 'POST /auth/email/verification', {
    returns: 'A mail is sent unless the address is verified already',
    status: 202,
  }),
  http(verifyOwnEmail, 'POST /auth/email/verify', { returns: 'Verified' }),
  http(listSessions, 'GET /auth/sessions', { returns: 'Newest first' }),
  http(endSessions, 'DELETE /auth/sessions', { returns: 'Ended' }),
  http(endSession, 'DELETE /auth/sessions/{id}', { returns: 'Ended' }),
  http(logout, 'POST /auth/logout', { returns: 'Logged out', around: logoutInBrowser }),
  http(getAccount, 'GET /auth/me', { returns: 'The account' }),
  http(changeAccount, 'PATCH /auth/me', { returns: 'The account; a new address is pending until it is proved' }),
  http(deleteAccount, 'DELETE /auth/me', { returns: 'Deleted: the account has ended' }),
  http(createApiKey, 'POST /auth/api-keys', { returns: 'The new key', status: 201, noStore: true }),
  http(listApiKeys, 'GET /auth/api-keys', { returns: 'Newest first' }),
  http(deleteApiKey, 'DELETE /auth/api-keys/{id}', { returns: 'Deleted: the key is not valid any more' }),
  http(listProviders, 'GET /auth/providers', { returns: 'Oldest first' }),
  http(unlinkProvider, 'DELETE /auth/providers/{provider}', { returns: 'Unlinked: it does not log in to the account any more' }),
  http(listGrants, 'GET /auth/grants', { returns: 'Newest first' }),
  http(revokeGrant, 'DELETE /auth/grants/{id}', { returns: 'Disconnected' }),
  http(giveConsent, 'POST /oauth/authorize', { returns: 'Where the browser goes', noStore: true }),
  http(getLimits, 'GET /auth/rate-limit', { returns: "The limits of the caller's tier", cost: () => 0 }),
  http(listUsers, 'GET /admin/users', { returns: 'Newest first' }),
  http(updateUser, 'PATCH /admin/users/{id}', { returns: 'The changed account', body: 'AccountChange' }),
  http(listUserEvents, 'GET /admin/users/{id}/events', { returns: 'Newest first' }),
  http(getProgress, 'GET /resources/{id}/progress', { returns: 'The progress of all five stages', noStore: true }),
  http(getStatus, 'GET /resources/{id}/status', { returns: 'The status of all stages together', noStore: true }),
  http(createTicket, 'POST /progress/tickets', { returns: 'The ticket', status: 201, noStore: true }),
  http(createUploadUrl, 'POST /resources/upload-url', {
    returns: 'The upload address',
    status: 201,
    optionalBody: true,
    noStore: true,
  }),
  http(changeOwnPassword, 'POST /auth/password', { returns: 'Changed' }),
  http(confirmOwnPassword, 'POST /auth/confirm', { returns: 'The session is fresh' }),
];

/** Every operation on an account itself, by method and path, with its level. */
export const ACCOUNT_OPERATIONS: Readonly<Record<string, AccountLevel>> = Object.fromEntries(
  [
    ...Object.entries(ROUTES),
    ...OPERATIONS.map(({ operation, method, path }) => [`${method.toUpperCase()} ${path}`, operation] as const),
  ].flatMap(([route, { account }]) => (account ? [[route, account] as const] : [])),
);
