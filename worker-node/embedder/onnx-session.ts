/** An ONNX graph as an embedder uses it: which inputs it wants, which output holds vectors, and how they become one per text. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { LoadRequest, Pooling } from './infer-protocol.ts';

export interface Batch {
  /** All rows' ids one after the other. */
  readonly ids: Int32Array;
  readonly lengths: Int32Array;
}

export interface OnnxSession {
  /** [rows x dimensions], row after row, L2-normalised; a row without tokens, or without length, is zero. */
  infer(batch: Batch): Promise<Float32Array>;
}

/** In order of preference: pooled in the graph, or a vector for each token. */
const OUTPUTS = ['sentence_embedding', 'token_embeddings', 'last_hidden_state'] as const;

type Feed = (columns: Columns) => Tensor;

interface Columns {
  readonly rows: number;
  readonly width: number;
  readonly ids: BigInt64Array;
  readonly mask: BigInt64Array;
}

const int64 = ({ rows, width }: Columns, data: BigInt64Array) => new Tensor('int64', data, [rows, width]);

/** What each input of a BERT-like export is fed with. */
const FEEDS: Readonly<Record<string, Feed>> = {
  input_ids: (columns) => int64(columns, columns.ids),
  attention_mask: (columns) => int64(columns, columns.mask),
  token_type_ids: (columns) => int64(columns, new BigInt64Array(columns.ids.length)),
  position_ids: (columns) =>
    int64(
      columns,
      columns.ids.map((_, at) => BigInt(at % columns.width)),
    ),
};

/** Throws an Error that says what it cannot feed or read. */
export async function openOnnxSession({ onnxPath, threads, pooling, padId }: Omit<LoadRequest, 'type'>): Promise<OnnxSession> {
  const session = await InferenceSession.create(onnxPath, {
    intraOpNumThreads: threads,
    executionMode: 'sequential',
  });
  const unknown = session.inputNames.find((name) => FEEDS[name] === undefined);
  if (unknown !== undefined) throw new Error(`the model wants an input ${unknown}, which an embedder does not have`);
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

/** Ids and mask, filled up to the longest text; at least one column. */
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

/** [rows, width, size] to [rows, size]: the mean over a text's own tokens, or its first. */
function pool(values: Float32Array, lengths: Int32Array, dims: readonly number[], pooling: Pooling): Float32Array {
  const [rows = 0, width = 0, size = 0] = dims;
  const vectors = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const length = lengths[row] ?? 0;
    const used = pooling === 'cls' ? Math.min(1, length) : length;
    const target = vectors.subarray(row * size, (row + 1) * size);
    for (let column = 0; column < used; column++) {
      const from = (row * width + column) * size;
      for (let i = 0; i < size; i++) target[i] = (target[i] as number) + (values[from + i] as number);
    }
    if (used > 1) for (let i = 0; i < size; i++) target[i] = (target[i] as number) / used;
  }
  return vectors;
}

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
