/**
 * What a person types to run a command of this program, for messages: `pharos models list`, or with `npm run` in front where
 * npm runs this one, because a checkout has no `pharos` on the path.
 */
export function callOf(words: string): string {
  return process.env.npm_lifecycle_event === 'pharos' ? `npm run -s pharos -- ${words}` : `pharos ${words}`;
}
