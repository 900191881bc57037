/** Vectors of generated texts by a model of this repository, which the vectors of a library and of its questions are made from. */
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveModel } from '../../src/adapters/model-folder.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { memoryLog } from '../../test/support/fakes/doubles.ts';
import { createEmbedder } from '../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../../worker-node/embedder/model.ts';
import { ZipfLibrary } from '../support/zipf-library.ts';

const BATCH = 50;

export interface Sample {
  /** The model's id, as stored with vectors. */
  readonly model: string;
  readonly vectors: readonly Float32Array[];
}

/** `count` texts of 200 words by Zipf's law. */
export async function embedSample(name: string, count: number): Promise<Sample> {
  const embedder = createEmbedder({
    model: await loadModel(await resolveModel({ model: name })),
    ...{ start: forkInference, log: memoryLog(), clock: systemClock },
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  });
  const texts = new ZipfLibrary([Float32Array.of(1)], 5);
  const vectors: Float32Array[] = [];
  while (vectors.length < count) {
    const batch = Array.from({ length: BATCH }, () => texts.text(200));
    vectors.push(...(await embedder.embed(batch, { priority: 'bulk', kind: 'document' })));
  }
  await embedder.close();
  return { model: embedder.model, vectors };
}
