/** Texts of the editor of the taxonomy. */
import { names } from './names.ts';

const number = (count: number) => count.toLocaleString('en');
const plural = (count: number, one: string, many: string) => `${number(count)} ${count === 1 ? one : many}`;
const documents = (count: number) => plural(count, 'document', 'documents');

interface Use {
  readonly documents: number;
  readonly corrected: number;
}
/** What happens to documents whose category goes. */
const lost = ({ documents: count, corrected }: Use) => {
  const byHand = corrected === 0 ? '' : ` (${number(corrected)} filed by hand)`;
  return `${documents(count)}${byHand}`;
};

export const taxonomy = {
  scope: (categories: number, version: number) => `${plural(categories, 'category', 'categories')} · version ${number(version)}`,
  text: 'All accounts share this tree. When it is saved, every document is categorised anew in the background.',
  changed: 'Changes are not saved yet.',
  loss: (use: Use) =>
    `Not saved yet. Saving makes ${lost(use)} ${names.uncategorised.toLowerCase()} until the new tree files ${use.documents === 1 ? 'it' : 'them'}.`,
  categorising: (done: number, total: number) => `Categorising documents anew: ${number(done)} of ${number(total)}`,
  tree: 'Categories',
  empty: 'There are no categories: every document is uncategorised.',
  hint: 'Arrows move, Enter edits, Alt with an arrow moves the category, Delete removes it.',
  count: (count: number) => documents(count),
  add: 'Add category',
  addBelow: 'Add below',
  newLabel: 'New category',
  editor: (label: string) => (label.trim() === '' ? 'Category' : label),
  all: 'All categories',
  label: 'Label',
  id: 'Id',
  idHint: 'Documents refer to the category by it. It cannot change once it is saved.',
  idFixed: 'Documents refer to it, so that it stays when the label changes.',
  description: 'Description',
  descriptionHint: 'One sentence on what belongs here.',
  keywords: 'Keywords',
  keywordsHint: 'One a line. They also count where they occur in a document.',
  examples: 'Examples',
  examplesHint: 'One a line: titles of documents that belong here, from different parts of the subject.',
  parent: 'Below',
  root: 'Nothing: it is a root',
  moveUp: 'Move up',
  moveDown: 'Move down',
  remove: 'Remove',
  removed: (label: string, below: number, use: Use) => {
    const more = below === 0 ? '' : ` and ${number(below)} below it`;
    const effect = use.documents === 0 ? '' : ` Saving makes ${lost(use)} ${names.uncategorised.toLowerCase()}.`;
    return `Removed “${label}”${more}.${effect}`;
  },
  refused: (message: string, line: number | undefined) => `${line === undefined ? 'This' : `Line ${number(line)}`} ${message}.`,
  undo: 'Undo',
  import: 'Import',
  importFile: 'File with a taxonomy',
  imported: (count: number) => `Read ${plural(count, 'category', 'categories')}. Nothing changes until you save.`,
  notImported: (name: string) =>
    `${name} is no taxonomy. Choose a JSON file as Export writes it: an object with a list “categories”, each with id and label.`,
  export: 'Export',
  fileName: (version: number) => `taxonomy-${version}.json`,
  save: 'Save',
  saved: ({ version, documents: count }: { version: number; documents: number }) =>
    count === 0
      ? `Saved as version ${number(version)}.`
      : `Saved as version ${number(version)}. ${documents(count)} are categorised anew.`,
  conflict: {
    title: 'Another admin has saved another tree',
    text: (version: number | undefined) =>
      version === undefined
        ? 'Yours is not saved. Export it to compare both, or choose one of them.'
        : `The server has version ${number(version)} now; yours is not saved. Export yours to compare both, or choose one of them.`,
    theirs: 'Show theirs',
    mine: 'Save mine over it',
  },
};
