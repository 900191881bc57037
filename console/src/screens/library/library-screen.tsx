/** The library: every document, as a list or as cards. What is shown stands in the address. */
import { signal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { recoveries } from '../../api/connection.ts';
import { documentChanges } from '../../api/document-changes.ts';
import { loadTaxonomy } from '../../api/taxonomy.ts';
import { navigate } from '../../app/place.ts';
import type { ScreenProps } from '../../app/screen.ts';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Segments } from '../../parts/segments.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { counts } from '../../queue/entries.ts';
import { library as texts } from '../../texts/library.ts';
import { underWay } from './bulk.ts';
import { BulkBar } from './bulk-bar.tsx';
import { Cards } from './cards.tsx';
import { countFacets } from './facets.ts';
import { onRowKey } from './row-keys.ts';
import { count, failure, isLate, leaveView, reload, showView } from './rows.ts';
import { clearSelection } from './selection.ts';
import { Table } from './table.tsx';
import { Toolbar } from './toolbar.tsx';
import { addressOf, countFilters, readView, unfiltered, type View } from './view.ts';

type Shape = 'rows' | 'cards';
const KEY = 'pharos-library-shape';
const shape = signal<Shape>(keptShape());

export default function LibraryScreen({ query }: ScreenProps) {
  const address = query.toString();
  const view = useMemo(() => readView(query), [address]);
  const list = useRef<HTMLDivElement>(null);
  const isShown = useRef(false);
  // Back leads through filters and orders. The first letter of a title is an entry of the history, the next ones change it.
  const change = (next: View) =>
    navigate(addressOf(next), { replace: view.title !== '' && addressOf({ ...view, title: next.title }) === addressOf(next) });

  useEffect(() => {
    clearSelection();
    // Another order or other documents begin at the top.
    if (isShown.current) scrollTo(0, 0);
    isShown.current = true;
    showView(view);
    void countFacets(view);
  }, [addressOf(view)]);
  useEffect(() => {
    void loadTaxonomy();
    return leaveView;
  }, []);
  useReloadWhenChanged(view);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (list.current) onRowKey(event, list.current);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  const many = count.value;
  return (
    <section class="screen">
      <header class="head">
        <h1>{texts.title}</h1>
        <p class="num" role="status">
          {many !== undefined && texts.count(many, countFilters(view) > 0)}
          {underWay.value !== '' && ` · ${underWay.value}`}
        </p>
        <span class="head__actions hide-sm">
          <a class="btn" href="/app/add">
            <Icon name="add" />
            {texts.add}
          </a>
        </span>
        <Segments
          label={texts.view.label}
          value={shape.value}
          options={[
            { value: 'rows', shown: <Icon name="rows" />, name: texts.view.rows },
            { value: 'cards', shown: <Icon name="grid" />, name: texts.view.cards },
          ]}
          onChange={keepShape}
        />
      </header>
      <Toolbar view={view} onChange={change} />
      <div ref={list} class="library" data-late={isLate.value ? '' : undefined}>
        {failure.value !== undefined && <Failed reason={failure.value} />}
        {many === undefined && failure.value === undefined && <Skeleton rows={6} lines={1} />}
        {many === 0 && <Nothing view={view} onClear={() => change(unfiltered(view))} />}
        {many !== undefined && many > 0 && shape.value === 'cards' && <Cards count={many} />}
        {many !== undefined && many > 0 && shape.value === 'rows' && (
          <Table count={many} sort={view.sort} onSort={(sort) => change({ ...view, sort })} isLate={isLate.value} />
        )}
      </div>
      <BulkBar view={view} />
    </section>
  );
}

/** What became ready or was changed meanwhile, or while the server was away. */
function useReloadWhenChanged(view: View) {
  const seen = useRef(`${counts.peek().ready} ${recoveries.peek()} ${documentChanges.peek()}`);
  useSignalEffect(() => {
    const now = `${counts.value.ready} ${recoveries.value} ${documentChanges.value}`;
    if (now === seen.current) return;
    seen.current = now;
    reload();
    void countFacets(view);
  });
}

function Failed({ reason }: { reason: string }) {
  return (
    <div class="note" role="alert">
      <Icon name="alert" />
      <p>{reason}</p>
      <Button small class="push" onClick={reload}>
        {texts.again}
      </Button>
    </div>
  );
}

function Nothing({ view, onClear }: { view: View; onClear: () => void }) {
  const { empty } = texts;
  const part = view.title.trim();
  if (countFilters(view) === 0)
    return (
      <Empty title={empty.library.title}>
        <p>{empty.library.text}</p>
        <a class="btn btn--primary" href="/app/add">
          {empty.library.action}
        </a>
      </Empty>
    );
  if (part !== '' && countFilters(view) === 1)
    return (
      <Empty title={empty.title(part)}>
        <p>{empty.titleText}</p>
        <a class="btn" href={`/app/search?${new URLSearchParams({ q: part })}`}>
          {empty.search(part)}
        </a>
      </Empty>
    );
  return (
    <Empty title={empty.filters.title}>
      <p>{empty.filters.text}</p>
      <Button onClick={onClear}>{texts.removeFilters}</Button>
    </Empty>
  );
}

function keptShape(): Shape {
  try {
    return localStorage.getItem(KEY) === 'cards' ? 'cards' : 'rows';
  } catch {
    // Storage is blocked.
    return 'rows';
  }
}

function keepShape(next: Shape): void {
  shape.value = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // It lasts as long as the page.
  }
}
