/** The worker's HTTP app: jobs from the queue, the model for whoever may use it, and how it is. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { requestId } from 'hono/request-id';
import type { ApiKeys } from '../../src/kernel/auth/api-keys.ts';
import type { Config } from '../../src/kernel/config/config.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Mailer } from '../../src/kernel/core/mail.ts';
import type { Metrics } from '../../src/kernel/core/metrics.ts';
import type { Clock, Ids } from '../../src/kernel/core/ports.ts';
import type { SignedMessage } from '../../src/kernel/worker-client/signatures.ts';
import type { CreateResourceContext } from '../../src/services/resources/create-resource.ts';
import type { Embedder } from '../embedder/embedder.ts';
import type { Model } from '../embedder/model.ts';
import { instrumentJobs } from '../instrumented.ts';
import type { JobHandler } from '../pipeline/job-handler.ts';
import { createAuthentication } from './authenticate.ts';
import { createOpenAIRoutes } from './embeddings/openai-routes.ts';
import { createTeiRoutes } from './embeddings/tei-routes.ts';
import { createJobsRoute } from './jobs-route.ts';
import { createMailRoute } from './mail-route.ts';
import { OpenAIError, renderOpenAIError, toOpenAIError } from './openai-error.ts';
import { asAppError, problem } from './problem.ts';
import { createUploadsRoute } from './uploads/uploads-route.ts';

export interface WorkerDependencies {
  readonly config: Pick<Config, 'testMode' | 'publicUrl' | 'cors'> & {
    readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'>;
    readonly auth: Pick<Config['auth'], 'masterKey' | 'previousMasterKey'>;
  };
  readonly apiKeys: Pick<ApiKeys, 'resolve'>;
  readonly embedder: Embedder;
  readonly model: Pick<Model, 'maxTokens' | 'tokenBudget' | 'pooling'>;
  readonly jobs: JobHandler;
  /** What uploads become resources with. */
  readonly library: CreateResourceContext;
  /** Null where nothing is configured that could send mail. */
  readonly mailer: Mailer | null;
  readonly verifySignature: (message: SignedMessage) => Promise<void>;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly version: string;
}

/** 2,048 texts of the size of a chunk fit several times. */
const MAX_BODY = 16 * 1024 * 1024;

type Env = { Variables: { requestId: string } };

export function createWorkerApp({
  config,
  apiKeys,
  embedder,
  model,
  jobs,
  library,
  mailer,
  verifySignature,
  metrics,
  log,
  clock,
  ids,
  version,
}: WorkerDependencies) {
  const app = new Hono<Env>();
  app.use(requestId({ generator: () => ids.next() }));

  app.get('/health', (c) => {
    const { stopping, ...counts } = jobs.state();
    const { pid: _pid, loadMs: _ms, memoryBytes: _bytes, ...state } = embedder.state();
    const status = stopping ? 'stopping' : state.status === 'ready' ? 'ok' : state.status;
    return c.json({ status, model: state, jobs: counts }, status === 'ok' ? 200 : 503);
  });

  app.route('/', createJobsRoute({ config, jobs, verifySignature }));
  app.route('/', createUploadsRoute({ config, library, log }));
  app.route('/', createMailRoute({ config, mailer, verifySignature, log }));

  const onlyKnown = createAuthentication({ config, apiKeys, verifySignature });
  const tooLarge = () => {
    throw new OpenAIError(413, `A request may have ${MAX_BODY / 1024 / 1024} MB`);
  };
  for (const path of ['/v1/*', '/embed']) app.use(path, bodyLimit({ maxSize: MAX_BODY, onError: tooLarge }), onlyKnown);
  app.route('/v1', createOpenAIRoutes({ embedder, clock }));

  app.route('/', createTeiRoutes({ embedder }));
  // As text-embeddings-inference answers it.
  app.get('/info', onlyKnown, (c) =>
    c.json({
      model_id: embedder.model,
      model_type: { embedding: { pooling: model.pooling } },
      max_input_length: model.maxTokens,
      max_batch_tokens: model.tokenBudget,
      max_client_batch_size: 2048,
      auto_truncate: true,
      version,
    }),
  );

  instrumentJobs(jobs, metrics);
  app.get('/metrics', onlyKnown, async (c) => {
    const exposition = await metrics.expose();
    return c.text(exposition?.text ?? '', 200, { 'Content-Type': exposition?.contentType ?? 'text/plain' });
  });

  app.notFound((c) => {
    const detail = 'Nothing is here';
    return speaksOpenAI(c) ? renderOpenAIError(c, new OpenAIError(404, detail)) : problem(c, new AppError('not_found', detail));
  });

  app.onError((error, c) => {
    const openAI = speaksOpenAI(c) ? { error: toOpenAIError(error) } : undefined;
    const known = openAI ? openAI.error : asAppError(error);
    note(c, error, known !== undefined);
    return openAI ? renderOpenAIError(c, openAI.error) : problem(c, asAppError(error));
  });

  /** Whoever hangs up is no fault of ours. */
  function note(c: Context<Env>, error: unknown, expected: boolean): void {
    if (c.req.raw.signal.aborted) return;
    const fields = { method: c.req.method, path: c.req.path, requestId: c.get('requestId'), error };
    if (!expected) log.error('request failed', fields);
    // As an error: the message of one of the database's has the query's parameters in it, a whole document among them.
    else log.info('request refused', fields);
  }

  return app;
}

const speaksOpenAI = (c: Context) => /^\/(?:v1\/|(?:info|embed|metrics)$)/.test(c.req.path);
