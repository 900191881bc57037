/** An error of the OAuth protocol, by the name that its RFC gives it. */
import { AppError } from '../core/errors.ts';

export type OAuthErrorName =
  /** RFC 6749 sections 4.1.2.1 and 5.2. */
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'access_denied'
  /** RFC 8707 section 2. */
  | 'invalid_target'
  /** RFC 7591 section 3.2.2. */
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata';

export class OAuthError extends AppError {
  readonly error: OAuthErrorName;

  constructor(error: OAuthErrorName, detail: string, options: { readonly cause?: unknown } = {}) {
    super('invalid_request', detail, options);
    this.error = error;
  }
}
