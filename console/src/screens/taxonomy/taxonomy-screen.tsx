/** The tree of categories, edited as a whole: nothing is sent until it is saved. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { WhenLoaded } from '../../app/setting.tsx';
import { useLoaded } from '../../app/use-loaded.ts';
import { Bar } from '../../parts/bar.tsx';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { toast } from '../../parts/toast.tsx';
import { taxonomy as texts } from '../../texts/taxonomy.ts';
import { admin } from '../../texts.ts';
import { CategoryEditor } from './category-editor.tsx';
import { CategoryTree } from './category-tree.tsx';
import { placeOf, placesOf } from './draft.ts';
import * as state from './state.ts';

const POLL_MS = 2_000;

export default function TaxonomyScreen() {
  const loaded = useLoaded(state.load);
  const isWorking = state.categorising.value !== undefined;
  useEffect(() => {
    if (!isWorking) return;
    const timer = setInterval(() => void state.loadUse().catch(() => undefined), POLL_MS);
    return () => clearInterval(timer);
  }, [isWorking]);
  const count = placesOf(state.drafts.value).length;
  const version = state.base.value?.version;
  return (
    <section class="screen">
      <header class="head">
        <h1>{admin.taxonomy.title}</h1>
        {version !== undefined && <p class="num">{texts.scope(count, version)}</p>}
        <Actions isReady={version !== undefined} />
      </header>
      <WhenLoaded loaded={loaded}>
        {() => (
          <>
            <Note />
            <Conflict />
            <Editor />
          </>
        )}
      </WhenLoaded>
    </section>
  );
}

function Actions({ isReady }: { isReady: boolean }) {
  const file = useRef<HTMLInputElement>(null);
  async function read(input: HTMLInputElement): Promise<void> {
    const [chosen] = input.files ?? [];
    if (!chosen) return;
    try {
      state.importTree(await chosen.text());
    } catch {
      toast({ text: texts.notImported(chosen.name), failed: true });
    } finally {
      // The same file may be chosen again.
      input.value = '';
    }
  }
  return (
    <span class="head__actions tax-actions">
      <Button icon="retry" class="tax-undo" disabled={!state.canUndo.value} onClick={state.undo}>
        {texts.undo}
      </Button>
      <input
        ref={file}
        class="sr"
        type="file"
        accept=".json,application/json"
        tabIndex={-1}
        aria-label={texts.importFile}
        onChange={(event) => void read(event.currentTarget)}
      />
      <Button disabled={!isReady} onClick={() => file.current?.click()}>
        {texts.import}
      </Button>
      <Button disabled={!isReady} onClick={exportTree}>
        {texts.export}
      </Button>
      <Button kind="primary" disabled={!state.isChanged.value} busy={state.isSaving.value} onClick={() => void state.save()}>
        {texts.save}
      </Button>
    </span>
  );
}

function exportTree(): void {
  const address = URL.createObjectURL(new Blob([state.exported()], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = texts.fileName(state.base.peek()?.version ?? 0);
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** One line of a fixed height: what the tree is, what saving does, or how far documents are. */
function Note() {
  const loss = state.loss.value;
  const work = state.categorising.value;
  const text = state.isChanged.value ? (loss.documents > 0 ? texts.loss(loss) : texts.changed) : texts.text;
  return (
    <div class="tax-note">
      <p class="soft" role="status">
        {state.isChanged.value && loss.documents > 0 && <Icon name="alert" small />}
        <span>{text}</span>
      </p>
      {work && (
        <span class="tax-note__work">
          <span class="quiet num">{texts.categorising(work.done, work.total)}</span>
          <Bar value={work.total === 0 ? 1 : work.done / work.total} label={texts.tree} role="progressbar" state="active" />
        </span>
      )}
    </div>
  );
}

function Conflict() {
  const conflict = state.conflict.value;
  if (conflict === undefined) return null;
  const show = () => void state.takeTheirs().catch((error: unknown) => toast({ text: String(error), failed: true }));
  return (
    <div class="advice tax-conflict" role="alert">
      <Icon name="alert" />
      <div>
        <strong>{texts.conflict.title}</strong>
        <p>{texts.conflict.text(conflict.version)}</p>
        <span class="row">
          <Button small onClick={exportTree}>
            {texts.export}
          </Button>
          <Button small onClick={show}>
            {texts.conflict.theirs}
          </Button>
          <Button small onClick={() => void state.save(true)}>
            {texts.conflict.mine}
          </Button>
        </span>
      </div>
    </div>
  );
}

function Editor() {
  /** On a narrow screen the tree or the fields are shown, one of them. */
  const [isEditing, setEditing] = useState(false);
  const [edits, setEdits] = useState(0);
  const focused = useRef(0);
  const root = useRef<HTMLDivElement>(null);
  const place = placeOf(state.drafts.value, state.selected.value);
  const edit = () => {
    setEditing(true);
    setEdits((count) => count + 1);
  };
  const takesFocus = () => {
    const isNew = focused.current !== edits;
    focused.current = edits;
    return isNew;
  };
  const showTree = () => {
    setEditing(false);
    // Once it is drawn, also on a narrow screen.
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus());
  };
  const addRoot = () => {
    state.add(undefined);
    edit();
  };
  return (
    <div ref={root} class="tax" data-editing={isEditing && place ? '' : undefined}>
      <section class="panel tax-panel" aria-label={texts.tree}>
        {state.drafts.value.length === 0 ? <p class="quiet">{texts.empty}</p> : <CategoryTree onEdit={edit} />}
        <Button small class="more" onClick={addRoot}>
          {texts.add}
        </Button>
        <p class="quiet tax-hint">{texts.hint}</p>
      </section>
      {place && (
        <CategoryEditor
          key={place.draft.key}
          place={place}
          takesFocus={takesFocus}
          edits={edits}
          onAll={showTree}
          onEdit={edit}
        />
      )}
    </div>
  );
}
