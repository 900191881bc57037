import { AppError } from '../../kernel/core/errors.ts';

/** One answer for what does not exist and for what is somebody else's. */
export const noSuchResource = () => new AppError('not_found', 'There is no resource with this id');
