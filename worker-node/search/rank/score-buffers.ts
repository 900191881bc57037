/** Arrays of the size of a library that a question needs. They are kept for the next one: allocating them takes longer than filling. */
export interface ScoreBuffers {
  /** Filled with 0. The array of a name is valid until the next call with that name. */
  float32(name: string, length: number): Float32Array;
  float64(name: string, length: number): Float64Array;
  uint32(name: string, length: number): Uint32Array;
  int32(name: string, length: number): Int32Array;
  uint8(name: string, length: number): Uint8Array;
}

type Numbers = Float32Array | Float64Array | Uint32Array | Int32Array | Uint8Array;

export function createScoreBuffers(): ScoreBuffers {
  return {
    float32: keep((length) => new Float32Array(length)),
    float64: keep((length) => new Float64Array(length)),
    uint32: keep((length) => new Uint32Array(length)),
    int32: keep((length) => new Int32Array(length)),
    uint8: keep((length) => new Uint8Array(length)),
  };
}

/** A library grows: room for an eighth more is made at once. */
const GROWTH = 1.125;

function keep<T extends Numbers>(create: (length: number) => T): (name: string, length: number) => T {
  const kept = new Map<string, T>();
  return (name, length) => {
    const known = kept.get(name);
    if (known && known.length >= length) {
      const part = known.subarray(0, length) as T;
      part.fill(0);
      return part;
    }
    const created = create(Math.ceil(length * GROWTH));
    kept.set(name, created);
    return created.subarray(0, length) as T;
  };
}
