/** Embeds the inputs of a request, whatever its protocol, and refuses those that have no vector or were to be read whole. */
import type { Embedder, EmbedInput, EmbedOptions } from '../../embedder/embedder.ts';

export interface EmbedInputsOptions extends EmbedOptions {
  /** What happens to an input with more tokens than the model reads: it is cut, refused, or embedded in windows. */
  readonly long: 'cut' | 'refuse' | 'windows';
  /** Components of the vectors; undefined: all. */
  readonly dimensions: number | undefined;
  /** Whether an input without a known token gets a vector of zeros, and is not refused. */
  readonly allowZeros?: boolean;
}

export interface EmbeddedInputs {
  /** Of length 1 each, in order. */
  readonly vectors: readonly Float32Array[];
  /** Tokens that the model read. */
  readonly tokens: number;
}

export type UnusableReason = 'too_long' | 'no_known_token' | 'too_many_dimensions';

export class UnusableInputError extends Error {
  override readonly name = 'UnusableInputError';
  readonly reason: UnusableReason;
  /** The input's index; undefined: the request's dimensions. */
  readonly index: number | undefined;

  constructor(reason: UnusableReason, message: string, index?: number) {
    super(message);
    this.reason = reason;
    this.index = index;
  }
}

/** Throws UnusableInputError for the first input that cannot be embedded as asked. */
export async function embedInputs(
  embedder: Embedder,
  inputs: readonly EmbedInput[],
  { long, dimensions, allowZeros = false, ...options }: EmbedInputsOptions,
): Promise<EmbeddedInputs> {
  const read = await embedder.tokenise(inputs, { ...options, whole: long === 'windows' });
  const tooLong = long === 'refuse' ? read.findIndex(({ truncated }) => truncated) : -1;
  if (tooLong >= 0) {
    const limit = read[tooLong]?.rows[0]?.length;
    throw new UnusableInputError('too_long', `has more than the ${limit} tokens that this model reads`, tooLong);
  }
  const rows = read.flatMap((tokenised) => tokenised.rows);
  const vectors = (await embedder.embed(long === 'windows' ? inputs : rows, options)).map((vector) =>
    shortened(vector, dimensions),
  );
  const empty = allowZeros ? -1 : vectors.findIndex((vector) => vector.every((value) => value === 0));
  if (empty >= 0) throw new UnusableInputError('no_known_token', 'has no word that this model knows, and so no vector', empty);
  return { vectors, tokens: rows.reduce((sum, { length }) => sum + length, 0) };
}

/** The first `dimensions` components, brought to length 1 again; all zeros where nothing is left in them. */
function shortened(vector: Float32Array, dimensions: number | undefined): Float32Array {
  if (dimensions === undefined) return vector;
  if (dimensions > vector.length) {
    throw new UnusableInputError('too_many_dimensions', `expected at most ${vector.length}, which this model has`);
  }
  const start = vector.slice(0, dimensions);
  const norm = Math.hypot(...start);
  return norm === 0 ? start : start.map((value) => value / norm);
}
