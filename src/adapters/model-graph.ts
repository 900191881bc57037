/** Reads the files of a model once: their digest, and whether the graph quantises activations while it runs. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createBoundedMap } from '../kernel/core/bounded-map.ts';

export interface ModelGraph {
  /** The first 12 hex digits of the SHA-256 over the graph, its external weights, and the tokenizer. */
  readonly digest: string;
  /** Whether a text's vector depends on the texts beside it in a run, because activations are quantised per tensor. */
  readonly quantisesDynamically: boolean;
}

/** Operators that quantise activations per tensor while they run, or take their product from such a one. */
const DYNAMIC_OPERATORS = [
  'DynamicQuantizeLinear',
  'DynamicQuantizeMatMul',
  'DynamicQuantizeLSTM',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'ConvInteger',
  'QAttention',
];

/** How a node of the graph names its operator: `op_type`, field 4 of NodeProto, a string with its length before it. */
const MARKS = DYNAMIC_OPERATORS.map((name) => Buffer.from([0x22, name.length, ...Buffer.from(name)]));
/** A mark may lie across two reads. */
const OVERLAP = Math.max(...MARKS.map(({ length }) => length)) - 1;

/** Results by path, inode, size and times of change of all files: a copy may keep size and time of modification. */
const known = createBoundedMap<string, Promise<ModelGraph>>({ capacity: 200, evict: 'least-recently-used' });

/** Rejects where a file cannot be read. */
export async function readModelGraph(onnx: string, tokenizer: string): Promise<ModelGraph> {
  const files = [onnx, ...(await externalWeights(onnx)), tokenizer];
  const stats = await Promise.all(files.map(async (file) => ({ file, ...(await stat(file)) })));
  const key = stats.map(({ file, ino, size, mtimeMs, ctimeMs }) => [file, ino, size, mtimeMs, ctimeMs].join('\0')).join('\0');
  const before = known.get(key);
  if (before) return before;
  const reading = read(files);
  known.set(key, reading);
  reading.catch(() => known.delete(key));
  return reading;
}

/** ONNX stores weights beyond two gigabytes in files beside the graph, named after it. */
async function externalWeights(onnx: string): Promise<string[]> {
  const names = await readdir(dirname(onnx));
  const isWeights = (name: string) => name.startsWith(`${basename(onnx)}_data`) || name === `${basename(onnx)}.data`;
  return names
    .filter(isWeights)
    .toSorted()
    .map((name) => join(dirname(onnx), name));
}

async function read([graph = '', ...others]: readonly string[]): Promise<ModelGraph> {
  const hash = createHash('sha256');
  let quantisesDynamically = false;
  let end = Buffer.alloc(0);
  for await (const chunk of createReadStream(graph, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    if (quantisesDynamically) continue;
    const seen = Buffer.concat([end, chunk]);
    quantisesDynamically = MARKS.some((mark) => seen.includes(mark));
    end = seen.subarray(-OVERLAP);
  }
  for (const file of others) for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return { digest: hash.digest('hex').slice(0, 12), quantisesDynamically };
}
