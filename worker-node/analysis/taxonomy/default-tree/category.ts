/** How a category of the default taxonomy is written down. */

export interface CategoryNode {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly keywords: readonly string[];
  /** Titles of documents in this category, from as many of its subjects as there are. */
  readonly examples?: readonly string[];
  readonly children?: readonly CategoryNode[];
}

/** `keywords` are separated by commas, `examples` by bars. */
export function category(
  id: string,
  label: string,
  description: string,
  keywords: string,
  examples: string,
  children?: readonly CategoryNode[],
): CategoryNode {
  const list = (text: string, separator: string) => text.split(separator).map((part) => part.trim());
  return {
    id,
    label,
    description,
    keywords: list(keywords, ','),
    examples: list(examples, '|'),
    ...(children ? { children } : {}),
  };
}
