import { AppError } from '../kernel/core/errors.ts';

/** The 404 of one thing by its id: the same for a thing that does not exist and for one of another owner. */
export const notFound = (thing: string) => new AppError('not_found', `There is no ${thing} with this id`);

export const noSuchResource = () => notFound('resource');
