/** The vectors made last, by the hash of their text; the one not asked for longest goes first. */
export interface VectorCache {
  get(key: string): Float32Array | undefined;
  set(key: string, vector: Float32Array): void;
}

export function createVectorCache(capacity: number): VectorCache {
  // A Map iterates in order of insertion: inserting again on every use keeps the least recent first.
  const entries = new Map<string, Float32Array>();

  function get(key: string): Float32Array | undefined {
    const vector = entries.get(key);
    if (vector === undefined) return undefined;
    entries.delete(key);
    entries.set(key, vector);
    return vector;
  }

  function set(key: string, vector: Float32Array): void {
    entries.delete(key);
    entries.set(key, vector);
    const [oldest] = entries.keys();
    if (entries.size > capacity && oldest !== undefined) entries.delete(oldest);
  }

  return { get, set };
}
