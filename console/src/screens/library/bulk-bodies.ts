/** What is sent for a change of many documents. */
import type { components } from '../../../../clients/typescript/src/index.ts';
import type { Change } from './change.ts';
import type { Selection } from './selection.ts';
import { filterOf, type View } from './view.ts';

export type BulkBody = components['schemas']['BulkChange'];

/** The API's limit of ids in one request. */
const IDS_AT_ONCE = 1_000;

/** One request for all that match; for ids, one for every thousand. */
export function bodiesOf(change: Change, selected: Selection, count: number, view: View, now: number): BulkBody[] {
  const fields = change as { action: BulkBody['action']; add_tags?: string[]; remove_tags?: string[] };
  if (selected.all) return [{ ...fields, filter: upTo(filterOf(view), now), expected_count: count }];
  const ids = [...selected.ids];
  const slices = Array.from({ length: Math.ceil(ids.length / IDS_AT_ONCE) }, (_, slice) =>
    ids.slice(slice * IDS_AT_ONCE, (slice + 1) * IDS_AT_ONCE),
  );
  return slices.map((slice) => ({ ...fields, ids: slice, expected_count: slice.length }));
}

/** A view without filters means what there was at its moment, which is also a filter. */
function upTo(filter: ReturnType<typeof filterOf>, now: number): NonNullable<BulkBody['filter']> {
  const moment = new Date(now + 1).toISOString();
  return { ...filter, before: filter.before !== undefined && filter.before < moment ? filter.before : moment };
}
