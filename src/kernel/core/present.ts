type Present<T> = { [K in keyof T]: Exclude<T[K], null | undefined> };

/** `fields` without those that are null or undefined: in responses, a value that does not exist is absent. */
export const present = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as Present<T>;
