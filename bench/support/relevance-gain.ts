/** nDCG@10 with linear gains, as trec_eval computes it. `grades` are the judgements of one question by document. */
export function gainOf(ranking: readonly string[], grades: ReadonlyMap<string, number>): number {
  const gain = (values: readonly number[]) => values.slice(0, 10).reduce((sum, grade, i) => sum + grade / Math.log2(i + 2), 0);
  const ideal = [...grades.values()].filter((grade) => grade > 0).sort((a, b) => b - a);
  return ideal.length === 0 ? 0 : gain(ranking.map((document) => Math.max(0, grades.get(document) ?? 0))) / gain(ideal);
}
