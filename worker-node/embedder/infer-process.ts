/**
 * The inference process: it alone loads onnxruntime, whose session creation and run() block their thread. It may be
 * killed at any moment without harm to the worker, and goes when the worker goes.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { FromInference, ToInference } from './infer-protocol.ts';

type LoadRequest = Extract<ToInference, { type: 'load' }>;
type RunRequest = Extract<ToInference, { type: 'run' }>;

let session: InferenceSession | undefined;

const reply = (message: FromInference) => process.send?.(message);

/** [batch, sequence] ids and mask, padded with zeros to the longest text; at least one column. */
function pad({ ids: tokens, lengths }: Pick<RunRequest, 'ids' | 'lengths'>) {
  const batch = lengths.length;
  const width = Math.max(1, ...lengths);
  const ids = new BigInt64Array(batch * width);
  const mask = new BigInt64Array(batch * width);
  let read = 0;
  lengths.forEach((length, row) => {
    for (let column = 0; column < length; column++) {
      ids[row * width + column] = BigInt(tokens[read++] ?? 0);
      mask[row * width + column] = 1n;
    }
  });
  const shape = [batch, width];
  return { input_ids: new Tensor('int64', ids, shape), attention_mask: new Tensor('int64', mask, shape) };
}

async function infer(model: InferenceSession, batch: Pick<RunRequest, 'ids' | 'lengths'>): Promise<Float32Array> {
  const { sentence_embedding: output } = await model.run(pad(batch), ['sentence_embedding']);
  if (!(output?.data instanceof Float32Array)) throw new Error('the model has no float32 output sentence_embedding');
  return output.data;
}

async function load({ onnxPath, threads }: LoadRequest): Promise<void> {
  const memoryBefore = process.memoryUsage.rss();
  const model = await InferenceSession.create(onnxPath, { intraOpNumThreads: threads, executionMode: 'sequential' });
  const probe = await infer(model, { ids: new Int32Array([1]), lengths: new Int32Array([1]) });
  session = model;
  reply({ type: 'loaded', dimensions: probe.length, memoryBefore, memoryAfter: process.memoryUsage.rss() });
}

async function run(request: RunRequest): Promise<void> {
  if (!session) throw new Error('the model is not loaded');
  reply({ type: 'vectors', id: request.id, vectors: await infer(session, request) });
}

const words = (error: unknown) => (error instanceof Error ? error.message : String(error));

process.on('message', (request: ToInference) => {
  if (request.type === 'load') load(request).catch((error) => reply({ type: 'refused', message: words(error) }));
  else run(request).catch((error) => reply({ type: 'failed', id: request.id, message: words(error) }));
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group: the worker decides when this process ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
