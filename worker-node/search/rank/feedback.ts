/** Moves a question towards the passages that answer it best so far (Rocchio's feedback, without anyone's clicks). */

/** `share` of the result is the direction of the passages, the rest the question's. Of length 1. */
export function towards(question: Float32Array, passages: readonly Float32Array[], share: number): Float32Array {
  if (passages.length === 0) return question;
  const sum = new Float32Array(question.length);
  for (const passage of passages) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (passage[i] ?? 0);
  const direction = normalised(sum);
  const own = normalised(question);
  return normalised(own.map((value, i) => (1 - share) * value + share * (direction[i] as number)));
}

/** Of length 1; zeros stay zeros. */
export function normalised(vector: Float32Array): Float32Array {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += (vector[i] as number) * (vector[i] as number);
  const length = Math.sqrt(squares) || 1;
  const result = new Float32Array(vector.length);
  for (let i = 0; i < result.length; i++) result[i] = (vector[i] as number) / length;
  return result;
}
