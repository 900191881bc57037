/** The vector of a text that was embedded in windows. */

/** The L2-normalised mean by weight; all zeros where the vectors are zero or cancel out. The only vector is returned as it is. */
export function meanOfWindows(vectors: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const [first = new Float32Array()] = vectors;
  if (vectors.length === 1) return first;
  const sum = new Float64Array(first.length);
  for (const [window, vector] of vectors.entries()) {
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (vector[i] as number) * (weights[window] ?? 0);
  }
  const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  return Float32Array.from(sum, (value) => (norm < 1e-9 ? 0 : value / norm));
}
