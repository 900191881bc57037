/** A form of a few fields: what is missing, what the server refused and why, and that it is being sent. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { isUnreachable, PharosError, sentenceOf } from '../api/errors.ts';
import { login as texts } from '../texts.ts';

export interface FormOptions<Name extends string> {
  readonly names: readonly Name[];
  /** What is said of a field that is empty. */
  readonly missing: Readonly<Record<Name, string>>;
  /** Under which field a refusal stands that names none. */
  readonly last: Name;
  readonly send: (values: Readonly<Record<Name, string>>) => Promise<void>;
  /** The refusal in other words than the server's. */
  readonly inWords?: (error: PharosError) => string | undefined;
}

export function useForm<Name extends string>({ names, missing, last, send, inWords }: FormOptions<Name>) {
  const errors = useSignal<Partial<Record<Name, string>>>({});
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);

  function refuse(found: Partial<Record<Name, string>>): void {
    errors.value = found;
    const first = names.find((name) => found[name] !== undefined);
    if (first) form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
  }

  async function onSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy.value || !form.current) return;
    const data = new FormData(form.current);
    const values = Object.fromEntries(names.map((name) => [name, entryOf(data, name)])) as Record<Name, string>;
    const empty = names.filter((name) => values[name] === '');
    refuse(Object.fromEntries(empty.map((name) => [name, missing[name]])) as Partial<Record<Name, string>>);
    if (empty.length > 0) return;
    busy.value = true;
    try {
      await send(values);
    } catch (error) {
      refuse(refusal(error));
    } finally {
      busy.value = false;
    }
  }

  function refusal(error: unknown): Partial<Record<Name, string>> {
    const at = (name: Name, text: string) => ({ [name]: text }) as Partial<Record<Name, string>>;
    if (isUnreachable(error)) return at(last, texts.unreachable);
    if (!(error instanceof PharosError)) throw error;
    const own = inWords?.(error);
    if (own !== undefined) return at(last, own);
    if (error.status === 429 && error.retryAfter !== undefined) return at(last, texts.tooMany(Math.ceil(error.retryAfter)));
    const named = error.errors.filter(({ path }) => (names as readonly string[]).includes(path));
    if (named.length === 0) return at(last, sentenceOf(error));
    return Object.fromEntries(named.map(({ path, message }) => [path, texts.refusedField(path, message)])) as Partial<
      Record<Name, string>
    >;
  }

  return { form, onSubmit, errors: errors.value, busy: busy.value };
}

/** A password is taken as it is typed. */
function entryOf(data: FormData, name: string): string {
  const value = String(data.get(name) ?? '');
  return name.includes('password') ? value : value.trim();
}
