/** Writes ONNX files (onnx.proto3): just enough of protobuf for the graphs that tests and benches make. */

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int8Array | Uint8Array;
}

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: 'float' | 'int64';
  readonly dims: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly weights: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

type Part = Uint8Array;

function varint(value: number | bigint): Part {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

const utf8 = new TextEncoder();
const join = (parts: readonly Part[]): Part => Buffer.concat(parts);
const int = (field: number, value: number | bigint): Part => join([varint(field << 3), varint(value)]);
const bytes = (field: number, value: Part): Part => join([varint((field << 3) | 2), varint(value.length), value]);
const text = (field: number, value: string): Part => bytes(field, utf8.encode(value));
const float = (field: number, value: number): Part =>
  join([varint((field << 3) | 5), new Uint8Array(Float32Array.of(value).buffer)]);

const raw = (data: OnnxTensor['data']) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** TensorProto.DataType */
function typeOf(data: OnnxTensor['data']): number {
  if (data instanceof Float32Array) return 1;
  if (data instanceof Uint8Array) return 2;
  return data instanceof Int8Array ? 3 : 7;
}

const tensor = ({ name, dims, data }: OnnxTensor): Part =>
  join([...dims.map((dim) => int(1, dim)), int(2, typeOf(data)), text(8, name), bytes(9, raw(data))]);

/** AttributeProto: FLOAT is 1, INT is 2, INTS is 7. */
function attribute(name: string, value: number | readonly number[] | { readonly float: number }): Part {
  if (typeof value === 'number') return join([text(1, name), int(3, value), int(20, 2)]);
  if ('float' in value) return join([text(1, name), float(2, value.float), int(20, 1)]);
  return join([text(1, name), ...value.map((one) => int(8, one)), int(20, 7)]);
}

const node = ({ op, inputs, outputs, attributes = {} }: OnnxNode): Part =>
  join([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
  ]);

function value({ name, type, dims }: OnnxValue): Part {
  const shape = dims.map((dim) => bytes(1, typeof dim === 'number' ? int(1, dim) : text(2, dim)));
  const tensorType = join([int(1, type === 'float' ? 1 : 7), bytes(2, join(shape))]);
  return join([text(1, name), bytes(2, bytes(1, tensorType))]);
}

/** The bytes of a model of operator set 20. */
export function onnxModel({ nodes, weights, inputs, outputs }: OnnxGraph): Uint8Array {
  const graph = join([
    ...nodes.map((one) => bytes(1, node(one))),
    text(2, 'graph'),
    ...weights.map((one) => bytes(5, tensor(one))),
    ...inputs.map((one) => bytes(11, value(one))),
    ...outputs.map((one) => bytes(12, value(one))),
  ]);
  return join([int(1, 9), text(2, 'pharos-test'), bytes(7, graph), bytes(8, join([text(1, ''), int(2, 20)]))]);
}
