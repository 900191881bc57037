import { AppError } from '../../kernel/core/errors.ts';

export const noSuchJob = () => new AppError('not_found', 'There is no job with this id');
