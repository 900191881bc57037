/**
 * The inference process: it alone loads onnxruntime, whose session creation and run() block their thread. It may be
 * killed at any moment without harm to the worker, and goes when the worker goes.
 */

import type { FromInference, LoadRequest, ToInference } from './infer-protocol.ts';
import { type OnnxSession, openOnnxSession } from './onnx-session.ts';

let graph: OnnxSession | undefined;

const reply = (message: FromInference) => process.send?.(message);

async function load(request: LoadRequest): Promise<void> {
  const memoryBefore = process.memoryUsage.rss();
  const opened = await openOnnxSession(request);
  const probe = await opened.infer({ ids: new Int32Array([1]), lengths: new Int32Array([1]) });
  graph = opened;
  reply({ type: 'loaded', dimensions: probe.length, memoryBefore, memoryAfter: process.memoryUsage.rss() });
}

async function run(request: Extract<ToInference, { type: 'run' }>): Promise<void> {
  if (!graph) throw new Error('the model is not loaded');
  reply({ type: 'vectors', id: request.id, vectors: await graph.infer(request) });
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
