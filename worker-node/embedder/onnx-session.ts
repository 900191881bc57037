/** An ONNX session for embedding: feeds the graph's inputs, reads its output, and pools token vectors into one per text. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { LoadRequest, Pooling } from './infer-protocol.ts';

export interface Batch {
  /** The token ids of all rows, concatenated. */
  readonly ids: Int32Array;
  readonly lengths: Int32Array;
}

export interface OnnxSession {
  /** [rows x dimensions], row-major, L2-normalised. A row without tokens, or with norm 0, is all zeros. */
  infer(batch: Batch): Promise<Float32Array>;
}

/** Output names in order of preference: pooled by the graph, then one vector per token. */
const OUTPUTS = ['sentence_embedding', 'token_embeddings', 'last_hidden_state'] as const;

type Feed = (columns: Columns) => Tensor;

interface Columns {
  readonly rows: number;
  readonly width: number;
  readonly ids: BigInt64Array;
  readonly mask: BigInt64Array;
}

const int64 = ({ rows, width }: Columns, data: BigInt64Array) => new Tensor('int64', data, [rows, width]);

/** Builds the tensor for each input of a BERT-like export. */
const FEEDS: Readonly<Record<string, Feed>> = {
  input_ids: (columns) => int64(columns, columns.ids),
  attention_mask: (columns) => int64(columns, columns.mask),
  token_type_ids: (columns) => int64(columns, new BigInt64Array(columns.ids.length)),
  position_ids: (columns) =>
    int64(
      columns,
      columns.ids.map((_, index) => BigInt(index % columns.width)),
    ),
};

/** Throws an Error that names an input it cannot feed or a missing output. */
export async function openOnnxSession({ onnxPath, threads, pooling, padId }: Omit<LoadRequest, 'type'>): Promise<OnnxSession> {
  const session = await InferenceSession.create(onnxPath, {
    intraOpNumThreads: threads,
    executionMode: 'sequential',
  });
  const unknown = session.inputNames.find((name) => FEEDS[name] === undefined);
  if (unknown !== undefined) throw new Error(`the model has an input ${unknown}, which is not supported`);
  const output = OUTPUTS.find((name) => session.outputNames.includes(name));
  if (output === undefined) throw new Error(`the model has no output ${OUTPUTS.join(', ')}`);

  async function infer(batch: Batch): Promise<Float32Array> {
    const columns = pad(batch, BigInt(padId));
    const feeds = Object.fromEntries(session.inputNames.map((name) => [name, (FEEDS[name] as Feed)(columns)]));
    const { [output as string]: tensor } = await session.run(feeds, [output as string]);
    if (!(tensor?.data instanceof Float32Array)) throw new Error(`the model's output ${output} is not float32`);
    const vectors = tensor.dims.length === 3 ? pool(tensor.data, batch.lengths, tensor.dims, pooling) : tensor.data;
    normalise(vectors, batch.lengths.length);
    return vectors;
  }
  return { infer };
}

/** Ids and attention mask, padded to the longest text; at least one column. */
function pad({ ids: tokens, lengths }: Batch, padId: bigint): Columns {
  const rows = lengths.length;
  const width = Math.max(1, ...lengths);
  const ids = new BigInt64Array(rows * width).fill(padId);
  const mask = new BigInt64Array(rows * width);
  let read = 0;
  lengths.forEach((length, row) => {
    for (let column = 0; column < length; column++) {
      ids[row * width + column] = BigInt(tokens[read++] ?? 0);
      mask[row * width + column] = 1n;
    }
  });
  return { rows, width, ids, mask };
}

/** Pools [rows, width, size] to [rows, size]: the mean of a text's tokens without padding, or its first token. */
function pool(values: Float32Array, lengths: Int32Array, dims: readonly number[], pooling: Pooling): Float32Array {
  const [rows = 0, width = 0, size = 0] = dims;
  const vectors = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const length = lengths[row] ?? 0;
    const pooled = pooling === 'cls' ? Math.min(1, length) : length;
    const target = vectors.subarray(row * size, (row + 1) * size);
    for (let column = 0; column < pooled; column++) {
      const from = (row * width + column) * size;
      for (let i = 0; i < size; i++) target[i] = (target[i] as number) + (values[from + i] as number);
    }
    if (pooled > 1) for (let i = 0; i < size; i++) target[i] = (target[i] as number) / pooled;
  }
  return vectors;
}

/** Divides each row by its L2 norm, in place. */
function normalise(vectors: Float32Array, rows: number): void {
  const size = vectors.length / rows;
  for (let row = 0; row < rows; row++) {
    const vector = vectors.subarray(row * size, (row + 1) * size);
    let sum = 0;
    for (const value of vector) sum += value * value;
    const norm = Math.sqrt(sum);
    if (norm > 0) for (let i = 0; i < size; i++) vector[i] = (vector[i] as number) / norm;
  }
}
