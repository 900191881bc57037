/** Search: answers as you type, Enter asks the whole question, and the address holds all of it. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Asked, addressOf, LISTS, readAsked } from '../../api/asked.ts';
import { recoveries } from '../../api/connection.ts';
import { answer, ask, askSuggestions, failure, isAnswerTo, stopAsking } from '../../api/search-answers.ts';
import { navigate, place } from '../../app/place.ts';
import type { ScreenProps } from '../../app/screen.ts';
import { search as texts } from '../../texts/search.ts';
import { shell } from '../../texts/shell.ts';
import { AskField } from './ask-field.tsx';
import { noteAsked } from './asked-lately.ts';
import { FacetForm } from './facets.tsx';
import { Home } from './home.tsx';
import { Failed } from './notes.tsx';
import { moveAmongHits } from './result-keys.ts';
import { ResultLine } from './result-line.tsx';
import { Results } from './results.tsx';
import { rememberScroll, restoreScroll } from './scroll.ts';
import { SuggestionLine } from './suggestions.tsx';

/** Between two letters of a person who types quickly. */
const DEBOUNCE_MS = 130;

export default function SearchScreen({ query }: ScreenProps) {
  const asked = readAsked(query);
  const typed = useSignal(asked.q);
  const isSheetOpen = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** The address that typing wrote last: its question is not asked as a whole. */
  const typedAddress = useRef<string>(undefined);
  const address = addressOf(asked);

  useEffect(() => {
    // Effects run after the paint: by then a letter more may be typed than the address that was drawn holds.
    if (typedAddress.current !== undefined && addressOf(askedNow()) === typedAddress.current) return;
    typedAddress.current = undefined;
    clearTimeout(timer.current);
    typed.value = asked.q;
    if (asked.q.trim() === '') stopAsking();
    else void ask(asked, true);
  }, [address]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    document.title = shell.title(asked.q.trim() === '' ? texts.title : asked.q.trim());
  }, [asked.q]);
  useSignalEffect(() => {
    if (recoveries.value > 0 && failure.peek() !== undefined) void ask(askedNow(), true);
  });
  useEffect(() => {
    restoreScroll(address);
    return rememberScroll(() => addressOf(askedNow()));
  }, []);

  const change = (changed: Asked) => navigate(addressOf(changed));
  const type = (value: string) => {
    const now = askedNow();
    // The first letter after a question is a new entry of the history, the next ones change it.
    const isContinued = typedAddress.current === addressOf(now);
    typed.value = value;
    const next = { ...now, q: value };
    typedAddress.current = addressOf(next);
    navigate(typedAddress.current, { replace: isContinued });
    clearTimeout(timer.current);
    if (value.trim() === '') return stopAsking();
    timer.current = setTimeout(() => {
      void ask(next, false);
      void askSuggestions(value);
    }, DEBOUNCE_MS);
  };
  const askWhole = () => {
    if (typed.value.trim() === '') return;
    clearTimeout(timer.current);
    typedAddress.current = undefined;
    noteAsked(typed.value);
    const shown = answer.peek();
    const now = askedNow();
    if (isAnswerTo(shown, now) && shown.whole) firstHit()?.focus();
    else void ask(now, true);
  };
  const clear = () => {
    type('');
    input.current?.focus();
  };
  const clearFilters = () => change({ ...asked, years: undefined, ...Object.fromEntries(LISTS.map((name) => [name, []])) });

  const isHome = asked.q.trim() === '';
  const shown = isHome ? undefined : answer.value;
  const error = failure.value;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrows move between the links inside
    <section class="screen" onKeyDown={(event) => moveAmongHits(event, input.current)}>
      <div class="search">
        <AskField value={typed.value} inputRef={input} onType={type} onAsk={askWhole} onClear={clear} />
        {!isHome && (
          <>
            <div class="search__main">
              <h1 class="sr">{texts.results}</h1>
              <ResultLine
                asked={asked}
                shown={shown}
                isSheetOpen={isSheetOpen.value}
                onSheet={() => {
                  isSheetOpen.value = !isSheetOpen.value;
                }}
                onChange={change}
              />
              {typedAddress.current === address && (
                <SuggestionLine
                  typed={typed.value}
                  onComplete={(text) => {
                    type(text);
                    input.current?.focus();
                  }}
                />
              )}
              {error !== undefined && <Failed error={error} onAgain={() => void ask(asked, true)} />}
              <Results asked={asked} shown={shown} onOpen={() => noteAsked(asked.q)} onClear={clearFilters} />
            </div>
            <div class="search__side">
              <FacetForm
                asked={asked}
                facets={shown?.first.facets}
                total={shown?.first.total ?? 0}
                isOpen={isSheetOpen.value}
                onClose={() => {
                  isSheetOpen.value = false;
                  document.querySelector<HTMLElement>('.facets__toggle')?.focus();
                }}
                onChange={change}
                onClear={clearFilters}
              />
            </div>
          </>
        )}
      </div>
      {isHome && <Home />}
    </section>
  );
}

/** What the address asks at this moment, which may be newer than what is drawn. */
const askedNow = () => readAsked(place.peek().query);

const firstHit = () => document.querySelector<HTMLElement>('.hit__title a');
