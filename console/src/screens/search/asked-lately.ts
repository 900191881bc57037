/** The last questions of this account in this browser. They are forgotten when the session ends. */
import { effect, signal } from '@preact/signals';
import { account } from '../../api/session.ts';
import { sessionEnded } from '../../api/session-ended.ts';

const KEY = 'pharos-asked';
const KEPT = 3;
const LONGEST = 200;

/** The latest first. */
export const askedLately = signal<readonly string[]>([]);

effect(() => {
  const user = account.value;
  if (user) askedLately.value = stored(user.id);
});
effect(() => {
  if (sessionEnded.value === 0) return;
  askedLately.value = [];
  try {
    localStorage.removeItem(KEY);
  } catch {
    // A browser without storage has kept nothing.
  }
});

export function noteAsked(q: string): void {
  const user = account.peek();
  const question = q.trim();
  if (!user || question === '' || question.length > LONGEST) return;
  askedLately.value = [question, ...askedLately.peek().filter((one) => one !== question)].slice(0, KEPT);
  try {
    localStorage.setItem(KEY, JSON.stringify({ account: user.id, questions: askedLately.peek() }));
  } catch {
    // Without storage they last as long as the page.
  }
}

function stored(accountId: string): string[] {
  try {
    const { account: owner, questions } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as {
      account?: string;
      questions?: unknown;
    };
    if (owner !== accountId || !Array.isArray(questions)) return [];
    return questions.filter((one) => typeof one === 'string' && one.length <= LONGEST).slice(0, KEPT);
  } catch {
    return [];
  }
}
