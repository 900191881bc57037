/** Longer than a few round trips on a slow line. What takes longer, as when a part of the server is away, holds nothing up. */
const LONGEST_MS = 2_500;

/** Resolves when `work` has ended in any way, or takes too long to be waited for: what is drawn before it may then move. */
export function inTime(work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_MS);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    work.then(end, end);
  });
}
