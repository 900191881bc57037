/**
 * What Schemathesis reports and is meant to be so: each with the reason why a schema cannot say it. Everything else that it
 * reports fails `npm run fuzz:openapi`, and so does an entry without a reason.
 */
export interface FuzzFailure {
  /** As `POST /resources`. */
  readonly operation: string;
  /** The name of Schemathesis' check. */
  readonly check: string;
  readonly status: number;
  /** The body of the response; empty without one. */
  readonly body: string;
}

export interface FuzzException {
  readonly check: string;
  readonly operations: RegExp;
  readonly statuses: readonly number[];
  readonly body: RegExp;
  readonly reason: string;
}

const VALID_DATA = 'positive_data_acceptance';

/** The operations that take a document. */
const DOCUMENTS = /^POST \/(?:resources(?:\/upload|\/upload-url|\/batch)?|webhooks\/ingest\/\{id\})$/;

export const EXCEPTIONS: readonly FuzzException[] = [
  {
    check: VALID_DATA,
    operations:
      /^GET \/(?:resources(?:\/\{id\}\/(?:chunks|jobs))?|search|callbacks|admin\/jobs|admin\/users(?:\/\{id\}\/events)?)$/,
    statuses: [422],
    body: /"detail":"cursor is not a cursor that this list returned"/,
    reason: 'A cursor must have been issued by the same list.',
  },
  {
    check: VALID_DATA,
    operations: /^POST \/resources(?:\/upload)?$/,
    statuses: [422],
    body: /"path":"Idempotency-Key"/,
    reason: 'A key must not have been used for another request.',
  },
  {
    check: VALID_DATA,
    operations: /^POST \/auth\/exchange$/,
    statuses: [400],
    body: /"detail":"This code is unknown, used/,
    reason: 'A code must have been issued, to this browser.',
  },
  {
    check: VALID_DATA,
    operations: /^POST \/auth\/(?:email\/verify|password\/reset)$/,
    statuses: [410],
    body: /"detail":"This link was already used or has expired/,
    reason: 'A link must have been mailed to this mailbox.',
  },
  {
    check: VALID_DATA,
    operations: /^(?:GET|POST) \/oauth\/authorize$/,
    statuses: [400],
    body: /This app is not registered here|The app asked to be answered at an address that it did not register/,
    reason: 'A client must have been registered with the address that it names.',
  },
  {
    check: VALID_DATA,
    operations: /^POST \/oauth\/register$/,
    statuses: [400],
    body: /"error":"invalid_redirect_uri"|must not contain NUL|well-formed/,
    reason: 'Which addresses a client may have is more than a pattern (RFC 8252), and no text may have a NUL.',
  },
  {
    check: 'not_a_server_error',
    operations:
      /^(?:GET \/auth\/(?:google|github|oidc)(?:\/callback)?|POST \/auth\/(?:link\/\{provider\}|password\/forgot|email\/verification)|PATCH \/auth\/me)$/,
    statuses: [501],
    body: /"type":"urn:pharos:error:not_configured"/,
    reason: '501 is documented: no login provider and no mail are configured where the fuzzer runs.',
  },
  {
    check: 'not_a_server_error',
    operations: /^(?:POST|GET) \/v1\//,
    statuses: [503],
    body: /"type":"urn:pharos:error:unavailable"/,
    reason: '503 is documented: the worker is still starting, or busy.',
  },
  {
    check: VALID_DATA,
    operations: /^PATCH \/resources\/\{id\}$/,
    statuses: [422],
    body: /"path":"category","message":"is not a category id/,
    reason: 'A category must be one of the taxonomy, which is data.',
  },
  {
    check: VALID_DATA,
    operations: /^PUT \/taxonomy$/,
    statuses: [422],
    body: /"message":"(?:is the id of another category|is a level too many|has \d+ categories|is kept for documents)/,
    reason: 'Ids are unique in the whole tree, whose depth and size are bounded together; one of them is reserved.',
  },
  {
    check: VALID_DATA,
    operations: /^PUT \/taxonomy$/,
    statuses: [412],
    body: /"type":"urn:pharos:error:precondition_failed"/,
    reason: 'The version must be the latest, which is data.',
  },
  {
    check: VALID_DATA,
    operations: /^POST \/auth\/(?:register|password\/reset|password)$|^PATCH \/auth\/me$/,
    statuses: [422],
    body: /"path":"(?:username|password|new_password)"/,
    reason: 'Names of one script that are not reserved, and passwords that are not common, are no pattern.',
  },
  {
    check: VALID_DATA,
    operations: /^POST \/auth\/api-keys$/,
    statuses: [422],
    body: /"path":"expires_at"/,
    reason: 'The time must be in the future; a format has no minimum.',
  },
  {
    check: VALID_DATA,
    operations: DOCUMENTS,
    statuses: [422],
    body: /"path":"(?:data\.)?(?:url|callback_url)"/,
    reason: 'http and https without credentials are less than the format uri.',
  },
  {
    check: VALID_DATA,
    operations: /./,
    statuses: [422],
    body: /"message":"must not contain NUL characters"|"message":"must be well-formed Unicode/,
    reason: 'NUL and half of a character cannot be stored; a pattern for each text would hide the rest.',
  },
  {
    check: VALID_DATA,
    operations: /^(?:POST|PATCH|PUT) |^GET \/search$/,
    statuses: [422],
    body: /"message":"(?:must not be empty|Too small: expected string to have >=1 characters)"/,
    reason: 'White space around a text is cut off before its length counts.',
  },
  {
    check: VALID_DATA,
    operations: /^POST \/resources(?:\/upload)?$/,
    statuses: [415, 422],
    body: /"detail":"(?:file|content): /,
    reason: 'The bytes of a document decide whether it can be read.',
  },
  {
    check: VALID_DATA,
    operations: /^POST \/resources(?:\/upload)?$/,
    statuses: [422],
    body: /"path":"(?:metadata|tags)[^"]*"/,
    reason: '`metadata` of a form is JSON in a text, and `tags` are separated by commas.',
  },
  {
    check: VALID_DATA,
    operations: /^POST \/v1\/embeddings$/,
    statuses: [400, 404],
    body: /"message":"(?:\d+ is not a token id of |dimensions: |input\.\d+: has no word that this model knows)|"code":"model_not_found"/,
    reason: 'A model must be one of GET /v1/models, and its dimensions and vocabulary are its own.',
  },
  {
    check: 'negative_data_rejection',
    operations: /^POST \/resources\/batch$/,
    statuses: [200],
    body: /"http_status":4\d\d/,
    reason: 'The items of a batch are refused one by one, in a response that is 200 itself.',
  },
  {
    check: VALID_DATA,
    operations: /^(?:POST|PATCH|PUT) /,
    statuses: [400, 422],
    body: /is a number that JSON cannot hold exactly/,
    reason: 'A number that a double cannot hold would be stored as another one.',
  },
  {
    check: VALID_DATA,
    operations: /^POST \/mcp$/,
    statuses: [400],
    body: /must not contain NUL|must be well-formed/,
    reason: 'As in every JSON, NUL and half of a character are refused.',
  },
  {
    check: VALID_DATA,
    operations: /^POST \/auth\/(?:register|password\/forgot)$|^PATCH \/auth\/me$/,
    statuses: [422],
    body: /"path":"email"/,
    reason: 'Addresses with characters that mail servers hardly take are less than the format email.',
  },
  {
    check: 'negative_data_rejection',
    operations: /./,
    statuses: [431],
    body: /"type":"about:blank"/,
    reason: 'A request line over 16 KB is refused by 431, which Schemathesis does not count as a refusal.',
  },
  {
    check: VALID_DATA,
    operations: /^(?:POST|PATCH|PUT) /,
    statuses: [400, 422],
    body: /"detail":"[^"]*__proto__: is a reserved name"/,
    reason: 'A member with the name __proto__ is refused in every JSON; a pattern for each name would hide the rest.',
  },
];

export const covers = (exception: FuzzException, { operation, check, status, body }: FuzzFailure): boolean =>
  exception.check === check &&
  exception.statuses.includes(status) &&
  exception.operations.test(operation) &&
  exception.body.test(body);

export const isExpected = (failure: FuzzFailure): boolean => EXCEPTIONS.some((exception) => covers(exception, failure));
