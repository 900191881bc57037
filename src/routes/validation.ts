/** What zod found wrong, as the one error every route answers with. */
import type { z } from '@hono/zod-openapi';
import { AppError, type FieldError } from '../kernel/core/errors.ts';

/** `target` names the part of the request where an issue has no path of its own. */
export function invalidFields(error: Pick<z.ZodError, 'issues'>, target: string): AppError {
  const errors = error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not a field of this request' }));
    }
    return [{ path: issue.path.join('.') || target, message: issue.message }];
  });
  const [first] = errors;
  return new AppError('invalid_input', first ? `${first.path}: ${first.message}` : 'The request is invalid', { errors });
}
