/** Categories as a tree of two levels: a root counts for all below it. */
import { categories, labelOf } from '../../api/taxonomy.ts';
import { search as texts } from '../../texts/search.ts';
import { treeOf } from './category-tree.ts';
import { FacetList, type FacetValue, withChosen } from './facet-list.tsx';

interface Props {
  readonly values: readonly FacetValue[];
  readonly chosen: readonly string[];
  readonly onToggle: (value: string) => void;
}

const SHORT = 9;

export function CategoryFacet({ values, chosen, onToggle }: Props) {
  const known = categories.value;
  return (
    <FacetList
      legend={texts.facets.category}
      values={treeOf(withChosen(values, chosen), known)}
      chosen={chosen}
      nameOf={labelOf}
      onToggle={onToggle}
      isSub={(id) => known.get(id)?.parent !== undefined}
      short={SHORT}
    />
  );
}
