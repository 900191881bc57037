/** The screen from which a document was opened, where a person is in the rail. */
import { effect, signal } from '@preact/signals';
import { place } from './place.ts';
import { SCREENS } from './screens.ts';

const LISTS: readonly string[] = [SCREENS.search.path, SCREENS.add.path, SCREENS.library.path];

/** A document whose address was opened belongs to the search. */
export const lastList = signal<string>(SCREENS.search.path);

effect(() => {
  const { path } = place.value;
  if (LISTS.includes(path)) lastList.value = path;
});
