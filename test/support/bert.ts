/** A BERT encoder with random weights, as exporters write one: the shape of MiniLM, at any size. */
import { type OnnxNode, type OnnxTensor, onnxModel } from './onnx.ts';

export interface BertShape {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly positions: number;
  /** `pooled`: the graph itself gives `sentence_embedding`. */
  readonly output?: 'last_hidden_state' | 'pooled';
  /** Weights of the matrix products as int8, as dynamic quantisation leaves them. */
  readonly int8?: boolean;
  readonly seed?: number;
}

export const MINI_LM: BertShape = { layers: 6, hidden: 384, heads: 12, vocabulary: 30_522, positions: 512 };

/** mulberry32: numbers from 0 to 1 that are the same on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** ONNX bytes. Inputs input_ids, attention_mask, token_type_ids, [batch, sequence]. */
export function bertModel({
  layers,
  hidden,
  heads,
  vocabulary,
  positions,
  output,
  int8 = false,
  seed = 1,
}: BertShape): Uint8Array {
  const random = randomFrom(seed);
  const nodes: OnnxNode[] = [];
  const weights: OnnxTensor[] = [];
  let names = 0;

  const weight = (data: OnnxTensor['data'], dims: readonly number[]): string => {
    const name = `w${names++}`;
    weights.push({ name, dims, data });
    return name;
  };
  /** Uniform with a standard deviation of `scale`. */
  const uniform = (scale: number, ...dims: number[]) => {
    const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
    for (let i = 0; i < data.length; i++) data[i] = (random() - 0.5) * 2 * Math.sqrt(3) * scale;
    return data;
  };
  const ints = (...values: number[]) => weight(BigInt64Array.from(values, BigInt), [values.length]);
  const scalar = (value: number) => weight(Float32Array.of(value), []);
  const op = (name: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}): string => {
    const result = `t${names++}`;
    nodes.push({ op: name, inputs, outputs: [result], attributes });
    return result;
  };

  /**
   * Rounded with one scale, multiplied as integers, as onnxruntime's quantize_dynamic writes it; to 7 bits (`reduce_range`),
   * since processors without VNNI add two products in 16 bits, where those of 8 saturate.
   */
  function quantisedProduct(x: string, data: Float32Array, dims: readonly number[]): string {
    const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 63;
    const packed = weight(
      Int8Array.from(data, (value) => Math.round(value / scale)),
      dims,
    );
    const [rounded, itsScale, itsZero] = [`t${names++}`, `t${names++}`, `t${names++}`];
    nodes.push({ op: 'DynamicQuantizeLinear', inputs: [x], outputs: [rounded, itsScale, itsZero] });
    const product = op('MatMulInteger', [rounded, packed, itsZero, weight(new Int8Array(1), [])]);
    return op('Mul', [op('Cast', [product], { to: 1 }), op('Mul', [itsScale, scalar(scale)])]);
  }
  function linear(x: string, from: number, to: number): string {
    const data = uniform(1 / Math.sqrt(from), from, to);
    const product = int8 ? quantisedProduct(x, data, [from, to]) : op('MatMul', [x, weight(data, [from, to])]);
    return op('Add', [product, weight(uniform(0.02, to), [to])]);
  }
  function norm(x: string): string {
    const gain = uniform(0.1, hidden).map((value) => 1 + value);
    const inputs = [x, weight(gain, [hidden]), weight(uniform(0.02, hidden), [hidden])];
    return op('LayerNormalization', inputs, { axis: -1, epsilon: { float: 1e-12 } });
  }
  const embedding = (ids: string, rows: number, scale: number) =>
    op('Gather', [weight(uniform(scale, rows, hidden), [rows, hidden]), ids], { axis: 0 });

  const length = op('Gather', [op('Shape', ['input_ids']), weight(BigInt64Array.of(1n), [])], { axis: 0 });
  const range = op('Range', [weight(BigInt64Array.of(0n), []), length, weight(BigInt64Array.of(1n), [])]);
  const tokens = op('Add', [embedding('input_ids', vocabulary, 1), embedding('token_type_ids', 2, 0.1)]);
  let x = norm(op('Add', [tokens, embedding(range, positions, 0.3)]));

  const mask = op('Cast', ['attention_mask'], { to: 1 });
  const inverted = op('Sub', [scalar(1), op('Unsqueeze', [mask, ints(1, 2)])]);
  const bias = op('Mul', [inverted, scalar(-1e9)]);
  const size = hidden / heads;
  const split = (y: string, perm: number[]) => op('Transpose', [op('Reshape', [y, ints(0, 0, heads, size)])], { perm });

  for (let layer = 0; layer < layers; layer++) {
    const query = split(linear(x, hidden, hidden), [0, 2, 1, 3]);
    const key = split(linear(x, hidden, hidden), [0, 2, 3, 1]);
    const content = split(linear(x, hidden, hidden), [0, 2, 1, 3]);
    const scores = op('Mul', [op('MatMul', [query, key]), scalar(1 / Math.sqrt(size))]);
    const attention = op('Softmax', [op('Add', [scores, bias])], { axis: -1 });
    const mixed = op('Transpose', [op('MatMul', [attention, content])], { perm: [0, 2, 1, 3] });
    x = norm(op('Add', [x, linear(op('Reshape', [mixed, ints(0, 0, hidden)]), hidden, hidden)]));
    x = norm(op('Add', [x, linear(op('Gelu', [linear(x, hidden, hidden * 4)]), hidden * 4, hidden)]));
  }

  const inputs = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => ({
    name,
    type: 'int64' as const,
    dims: ['batch', 'sequence'],
  }));
  if (output !== 'pooled') {
    nodes.push({ op: 'Identity', inputs: [x], outputs: ['last_hidden_state'] });
    const outputs = [{ name: 'last_hidden_state', type: 'float' as const, dims: ['batch', 'sequence', hidden] }];
    return onnxModel({ nodes, weights, inputs, outputs });
  }
  const wide = op('Unsqueeze', [mask, ints(2)]);
  const sum = op('ReduceSum', [op('Mul', [x, wide]), ints(1)], { keepdims: 0 });
  const mean = op('Div', [sum, op('Max', [op('ReduceSum', [wide, ints(1)], { keepdims: 0 }), scalar(1e-9)])]);
  nodes.push({ op: 'LpNormalization', inputs: [mean], outputs: ['sentence_embedding'], attributes: { axis: -1, p: 2 } });
  return onnxModel({
    nodes,
    weights,
    inputs,
    outputs: [{ name: 'sentence_embedding', type: 'float', dims: ['batch', hidden] }],
  });
}
