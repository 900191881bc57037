/** The API and, on the same database, a worker's app with the job, upload and mail routes and stages that complete at once. */

import type { Mailer } from '../../../src/kernel/core/mail.ts';
import { noMetrics } from '../../../src/kernel/core/metrics.ts';
import type { ProgressReport } from '../../../src/kernel/model/job-messages.ts';
import { everyStage } from '../../../src/kernel/model/stages.ts';
import { createAddressLimits } from '../../../src/kernel/rate-limits/address-limits.ts';
import { createSignatureVerifier } from '../../../src/kernel/worker-client/signatures.ts';
import { createWorkerApp } from '../../../worker-node/http/app.ts';
import { createAuthentication } from '../../../worker-node/http/authenticate.ts';
import { createJobsRoute } from '../../../worker-node/http/jobs-route.ts';
import { createProcessJob } from '../../../worker-node/jobs/process.ts';
import { createJobHandler } from '../../../worker-node/pipeline/job-handler.ts';
import { createLocalPublisher } from '../../../worker-node/pipeline/local-publisher.ts';
import { createPipeline } from '../../../worker-node/pipeline/pipeline.ts';
import { createMailRole } from '../../../worker-node/roles/mail.ts';
import { createUploadsRole } from '../../../worker-node/roles/uploads.ts';
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
  const runners = everyStage(() => async () => ({}));
  const parts = { db, clock, ids, log, progress, runners, leaseMs: LEASE_MS, random: () => 0.5 };
  const pipeline = createPipeline({ ...parts, jobs: [createProcessJob(parts)] });
  const jobs = createJobHandler({ db, clock, ids, log, pipeline });
  const verifySignature = createSignatureVerifier({ keys: config.worker.signingKeys, clock });
  const publisher = createLocalPublisher(jobs);
  const worker = createWorkerApp({
    roles: [
      { routes: createJobsRoute({ config, jobs, verifySignature }), stop: async () => {} },
      createUploadsRole({ config, db, clock, ids, log, background, progress, publisher }),
      createMailRole({ config, mailer, verifySignature, log }),
    ],
    authenticate: createAuthentication({ config, apiKeys: { resolve: async () => undefined }, verifySignature }),
    countAddress: createAddressLimits(api.services),
    config,
    metrics: noMetrics,
    log,
    clock,
    ids,
  });

  /** The URL that `POST /resources/upload-url` returns for these fields. */
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
