/** Documents that one unit of a limit covers. */
const DOCUMENTS_PER_UNIT = 10;

/** What a request for `documents` documents costs. */
export const unitsOf = (documents: number): number => Math.max(1, Math.ceil(documents / DOCUMENTS_PER_UNIT));
