/** The behaviour that every deployment shares, tested through HTTP alone: the same tests for each runtime, database and store. */
import { afterAll, beforeAll, describe } from 'vitest';
import { type Deployment, type DeploymentChoice, startDeployment } from '../support/kits/deployment.ts';
import { accounts } from './suite/accounts.ts';
import { assistants } from './suite/assistants.ts';
import { browserSessions } from './suite/browser-sessions.ts';
import { connectedApps } from './suite/connected-apps.ts';
import { documents } from './suite/documents.ts';
import { embeddings } from './suite/embeddings.ts';
import { http } from './suite/http.ts';
import { jobs } from './suite/jobs.ts';
import { limits } from './suite/limits.ts';
import { models } from './suite/models.ts';
import { oauth } from './suite/oauth.ts';
import { progress } from './suite/progress.ts';
import { search } from './suite/search.ts';
import { taxonomy } from './suite/taxonomy.ts';
import { typedClient } from './suite/typed-client.ts';
import { uploads } from './suite/uploads.ts';

export function httpSuite(choice: DeploymentChoice): void {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await startDeployment(choice);
  }, 180_000);
  afterAll(() => deployment?.close(), 60_000);
  const current = () => deployment;

  describe('protocol', () => http(current));
  describe('accounts', () => accounts(current));
  describe('browser sessions', () => browserSessions(current));
  describe('OAuth login', () => oauth(current));
  describe('connected apps', () => connectedApps(current));
  describe('documents', () => documents(current));
  describe('uploads', () => uploads(current));
  describe('progress', () => progress(current));
  describe('search', () => search(current));
  describe('embeddings', () => embeddings(current));
  describe('models', () => models(current));
  describe('taxonomy', () => taxonomy(current));
  describe('assistants', () => assistants(current));
  describe('typed client', () => typedClient(current));
  describe('rate limits', () => limits(current));
  // Last, because it kills the worker.
  describe('jobs', () => jobs(current));
}
