/** The tree that is edited. It outlives the screen, so that leaving it loses nothing; it belongs to one session. */
import { computed, effect, signal } from '@preact/signals';
import { client } from '../../api/client.ts';
import { PharosError, sentenceOf } from '../../api/errors.ts';
import { account } from '../../api/session.ts';
import { readTaxonomy } from '../../api/taxonomy.ts';
import { toast } from '../../parts/toast.tsx';
import { taxonomy as texts } from '../../texts/taxonomy.ts';
import * as tree from './draft.ts';

interface Base {
  readonly version: number;
  readonly ids: ReadonlySet<string>;
  /** The tree as JSON. */
  readonly text: string;
}

/** What the server had when it was read or saved; undefined before. */
export const base = signal<Base | undefined>(undefined);
export const drafts = signal<tree.Drafts>([]);
export const selected = signal<number | undefined>(undefined);
export const opened = signal<ReadonlySet<number>>(new Set());
export const use = signal<tree.UseById>(new Map());
export const categorising = signal<{ readonly done: number; readonly total: number } | undefined>(undefined);
export const refusal = signal<tree.Refusal | undefined>(undefined);
export const isSaving = signal(false);
/** Another admin has saved; the version is undefined where it could not be read. */
export const conflict = signal<{ readonly version: number | undefined } | undefined>(undefined);

const asText = (list: tree.Drafts) => JSON.stringify(tree.toCategories(list));
export const isChanged = computed(() => base.value !== undefined && asText(drafts.value) !== base.value.text);
/** Documents whose category goes when this tree is saved. */
export const loss = computed(() => {
  const ids = tree.idsOf(drafts.value);
  return tree.useOf(
    [...(base.value?.ids ?? [])].filter((id) => !ids.has(id)),
    use.value,
  );
});

interface Step {
  readonly drafts: tree.Drafts;
  readonly selected: number | undefined;
}
const MAX_STEPS = 200;
const steps = signal<readonly Step[]>([]);
export const canUndo = computed(() => steps.value.length > 0);
/** What was typed last: more of the same is one step. */
let typing: string | undefined;

/** `typed`: the field whose text it is. */
function change(next: tree.Drafts, typed?: string): void {
  if (next === drafts.peek()) return;
  if (typed === undefined || typed !== typing)
    steps.value = [...steps.peek(), { drafts: drafts.peek(), selected: selected.peek() }].slice(-MAX_STEPS);
  typing = typed;
  drafts.value = next;
  refusal.value = undefined;
}

export function undo(): void {
  const last = steps.peek().at(-1);
  if (!last) return;
  steps.value = steps.peek().slice(0, -1);
  typing = undefined;
  drafts.value = last.drafts;
  selected.value = last.selected;
  refusal.value = undefined;
}

function start(categories: readonly tree.Category[], version: number): void {
  const list = tree.toDrafts(categories);
  drafts.value = list;
  base.value = { version, ids: tree.idsOf(list), text: asText(list) };
  selected.value = list[0]?.key;
  opened.value = new Set();
  steps.value = [];
  typing = undefined;
  refusal.value = undefined;
  conflict.value = undefined;
}

/** Another account begins anew. */
let owner: string | undefined;
effect(() => {
  const id = account.value?.id;
  if (id === owner) return;
  owner = id;
  base.value = undefined;
  drafts.value = [];
  steps.value = [];
  conflict.value = undefined;
  refusal.value = undefined;
});

addEventListener('beforeunload', (event) => {
  if (isChanged.peek()) event.preventDefault();
});

/** Reads the tree unless changes are unsaved, and the numbers of documents. */
export async function load(): Promise<true> {
  if (!isChanged.peek()) {
    const { categories, version } = await client.get('/taxonomy');
    if (version !== base.peek()?.version) start(categories, version);
  }
  await loadUse();
  return true;
}

export async function loadUse(): Promise<void> {
  const found = await client.get('/admin/taxonomy');
  use.value = new Map(found.categories.map(({ id, documents, corrected }) => [id, { documents, corrected }]));
  categorising.value = found.categorising;
}

/** Takes the tree of the server in place of the changes, which Undo brings back. */
export async function takeTheirs(): Promise<void> {
  const [mine, key] = [drafts.peek(), selected.peek()];
  const { categories, version } = await client.get('/taxonomy');
  start(categories, version);
  steps.value = [{ drafts: mine, selected: key }];
  await loadUse();
}

/** `isForced`: replaces any version of the server. Never rejects. */
export async function save(isForced = false): Promise<void> {
  const version = base.peek()?.version;
  if (isSaving.peek() || version === undefined) return;
  isSaving.value = true;
  const sent = drafts.peek();
  try {
    const header = isForced ? {} : { 'If-Match': `"${version}"` };
    const saved = await client.put('/taxonomy', { params: { header }, body: { categories: tree.toCategories(sent) } });
    base.value = { version: saved.version, ids: tree.idsOf(sent), text: asText(sent) };
    conflict.value = undefined;
    refusal.value = undefined;
    toast({ text: texts.saved(saved) });
    await Promise.allSettled([loadUse(), readTaxonomy()]);
  } catch (error) {
    await refuse(error, sent);
  } finally {
    isSaving.value = false;
  }
}

async function refuse(error: unknown, sent: tree.Drafts): Promise<void> {
  if (error instanceof PharosError && error.status === 412) {
    const latest = await client.get('/taxonomy').catch(() => undefined);
    conflict.value = { version: latest?.version };
    return;
  }
  const [first] = error instanceof PharosError ? error.errors : [];
  const found = first && tree.refusalOf(sent, first.path, first.message);
  if (!found) return toast({ text: sentenceOf(error), failed: true });
  select(found.key);
  refusal.value = found;
}

/** Shows a category, and opens those above it. */
export function select(key: number): void {
  selected.value = key;
  const above: number[] = [];
  for (let at = tree.placeOf(drafts.peek(), key)?.parent; at; at = tree.placeOf(drafts.peek(), at.key)?.parent)
    above.push(at.key);
  opened.value = new Set([...opened.peek(), ...above]);
}

export function toggle(key: number, isOpen: boolean): void {
  const next = new Set(opened.peek());
  if (isOpen) next.add(key);
  else next.delete(key);
  opened.value = next;
}

export function setText(key: number, field: tree.TextField, value: string): void {
  const place = tree.placeOf(drafts.peek(), key);
  if (!place) return;
  const isNew = !place.draft.hasOwnId && field === 'label';
  const others = tree.idsOf(tree.remove(drafts.peek(), key));
  const id = isNew ? { id: tree.idFor(value, place.parent, others) } : {};
  const own = field === 'id' ? { hasOwnId: true } : {};
  change(tree.update(drafts.peek(), key, { [field]: value, ...id, ...own }), `${key} ${field}`);
}

/** Adds a category below another one, or among the roots, and shows it. */
export function add(parentKey: number | undefined): void {
  const parent = tree.placeOf(drafts.peek(), parentKey)?.draft;
  const made = tree.newDraft(texts.newLabel, tree.idFor(texts.newLabel, parent, tree.idsOf(drafts.peek())));
  change(tree.insert(drafts.peek(), made, parentKey));
  select(made.key);
}

export const shift = (key: number, by: -1 | 1): void => change(tree.shift(drafts.peek(), key, by));

export function moveUnder(key: number, parent: number | undefined): void {
  change(tree.moveUnder(drafts.peek(), key, parent));
  select(key);
}

/** Removes a category with all below it, and tells what that means for documents. */
export function remove(key: number): void {
  const place = tree.placeOf(drafts.peek(), key);
  if (!place) return;
  const { draft, siblings, index, parent } = place;
  const ids = tree.placesOf([draft]).map((below) => below.draft.id);
  change(tree.remove(drafts.peek(), key));
  selected.value = (siblings[index + 1] ?? siblings[index - 1] ?? parent)?.key;
  const known = ids.filter((id) => base.peek()?.ids.has(id));
  const after = drafts.peek();
  const back = () => {
    // Later changes would be lost with it: the button takes those back first.
    if (drafts.peek() === after) undo();
  };
  toast({ text: texts.removed(draft.label, ids.length - 1, tree.useOf(known, use.peek())), undo: back });
}

/** Takes the tree of a file in place of this one. Throws where it is none. */
export function importTree(text: string): void {
  const found = asTree(text);
  const list = tree.toDrafts(found);
  change(list);
  selected.value = list[0]?.key;
  toast({ text: texts.imported(tree.placesOf(list).length), undo });
}

function asTree(text: string): tree.Category[] {
  const given = JSON.parse(text) as { categories?: unknown };
  const check = (node: unknown): tree.Category => {
    const { id, label, description = '', keywords = [], examples = [], children = [] } = node as tree.Category;
    const isText = [id, label, description, ...keywords, ...examples].every((value) => typeof value === 'string');
    if (!isText || !Array.isArray(children)) throw new SyntaxError('a category without id or label');
    return { id, label, description, keywords, examples, children: children.map(check) };
  };
  if (!Array.isArray(given?.categories)) throw new SyntaxError('no list of categories');
  return given.categories.map(check);
}

export const exported = (): string =>
  `${JSON.stringify({ version: base.peek()?.version, categories: tree.toCategories(drafts.peek()) }, null, 2)}\n`;
