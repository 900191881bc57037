/**
 * The inference process. Only it loads onnxruntime, whose session creation and run() block their thread. It can be killed
 * at any moment without harm to the worker, and exits when the worker does.
 */

import type { FromInference, LoadRequest, ToInference } from './infer-protocol.ts';
import { type OnnxSession, openOnnxSession } from './onnx-session.ts';

let session: OnnxSession | undefined;

const reply = (message: FromInference) => process.send?.(message);

async function load(request: LoadRequest): Promise<void> {
  const memoryBefore = process.memoryUsage.rss();
  const opened = await openOnnxSession(request);
  const probe = await opened.infer({ ids: new Int32Array([1]), lengths: new Int32Array([1]) });
  session = opened;
  reply({ type: 'loaded', dimensions: probe.length, memoryBefore, memoryAfter: process.memoryUsage.rss() });
}

async function run(request: Extract<ToInference, { type: 'run' }>): Promise<void> {
  if (!session) throw new Error('the model is not loaded');
  reply({ type: 'vectors', id: request.id, vectors: await session.infer(request) });
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

process.on('message', (request: ToInference) => {
  if (request.type === 'load') load(request).catch((error) => reply({ type: 'refused', message: messageOf(error) }));
  else run(request).catch((error) => reply({ type: 'failed', id: request.id, message: messageOf(error) }));
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C signals the whole process group; the worker decides when this process ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
