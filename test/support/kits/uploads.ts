/** The API and, on the same database, a worker's app whose stages do nothing but complete. */

import type { Mailer } from '../../../src/kernel/core/mail.ts';
import { noMetrics } from '../../../src/kernel/core/metrics.ts';
import { createRelay } from '../../../src/kernel/jobs/relay.ts';
import type { ProgressReport } from '../../../src/kernel/model/job-messages.ts';
import { everyStage } from '../../../src/kernel/model/stages.ts';
import { createSignatureVerifier } from '../../../src/kernel/worker-client/signatures.ts';
import { createWorkerApp } from '../../../worker-node/http/app.ts';
import { createJobHandler } from '../../../worker-node/pipeline/job-handler.ts';
import { createLocalPublisher } from '../../../worker-node/pipeline/local-publisher.ts';
import { createPipeline } from '../../../worker-node/pipeline/pipeline.ts';
import { createTestApp } from './app.ts';

export const WORKER_URL = 'https://worker.example';
const LEASE_MS = 30_000;

export interface UploadKitOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly mailer?: Mailer | null;
}

export async function createUploadKit({ env = {}, mailer = null }: UploadKitOptions = {}) {
  const api = await createTestApp({ env: { WORKER_URL, PUBLIC_URL: 'https://pharos.example', ...env } });
  const { config, db, clock, ids, log, background } = api.services;
  const reports: ProgressReport[] = [];
  const progress = { report: (report: ProgressReport) => void reports.push(report) };
  const runners = everyStage(() => async () => async () => {});
  const pipeline = createPipeline({ db, clock, ids, log, progress, runners, leaseMs: LEASE_MS, random: () => 0.5 });
  const jobs = createJobHandler({ db, clock, ids, log, pipeline });
  const worker = createWorkerApp({
    apiKeys: { resolve: async () => undefined },
    config,
    embedder: {
      model: 'none',
      dimensions: 1,
      embed: async () => [],
      countTokens: () => 0,
      state: () => ({ status: 'ready', model: 'none', dimensions: 1, crashes: 0, waiting: { interactive: 0, bulk: 0 } }),
      close: async () => {},
    },
    model: { maxTokens: 1, tokenBudget: 1, pooling: 'mean' },
    jobs,
    library: {
      db,
      clock,
      ids,
      progress: { begin: async (resourceId, stages) => progress.report({ resource_id: resourceId, stages }) },
      relay: createRelay({ db, clock, log, background, publisher: createLocalPublisher(jobs) }),
    },
    mailer,
    verifySignature: createSignatureVerifier({ keys: config.worker.signingKeys, clock }),
    metrics: noMetrics,
    log,
    clock,
    ids,
    version: '0',
  });

  /** What `POST /resources/upload-url` gives for these fields. */
  async function uploadUrl(headers: Record<string, string>, fields: unknown = {}): Promise<string> {
    const answer = await api.request('/resources/upload-url', {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(fields),
    });
    if (answer.status !== 201) throw new Error(`upload-url answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { upload_url: string }).upload_url;
  }

  const put = async (url: string, body: BodyInit, headers: Record<string, string> = { 'Content-Type': 'text/plain' }) =>
    worker.request(url, { method: 'PUT', body, headers, duplex: 'half' } as RequestInit);

  return { api, db, worker, jobs, reports, uploadUrl, put };
}

export type UploadKit = Awaited<ReturnType<typeof createUploadKit>>;
