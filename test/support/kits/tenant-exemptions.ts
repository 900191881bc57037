/** What the repositories export that is not told whose rows are meant, and why it need not be. */

type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

const ADMINS = 'for admins: `requireScope(actor, "admin")` stands before it';
const LEASED = 'the worker’s: the resource is that of a job whose lease it holds';
const FOUND = 'after the resource was found by its id and its owner, in the same transaction, or by a job of it';
const DISPATCH = 'moves everybody’s jobs to the queue: nothing of them but ids goes to whoever asked';
const LEASE = 'by the id of a job that came in a signed message, and by the lease that was taken on it';
const SENDER = 'the sender’s, who sends everybody’s callbacks';
const PROVEN = 'by an id that a signature checked with the row’s own secret stands for';
const SECRET = 'by the hash of a secret that whoever asks has shown';
const EVERYBODYS = 'of the taxonomy, which is everybody’s';
const SIGNING_IN = 'before anybody is known: it is how one finds out who asks';
const UPKEEP = 'upkeep: of everybody’s rows, and returns numbers alone';

export const UNOWNED: Reasons = {
  'api-keys': {
    findApiKey: SECRET,
    touchApiKey: 'by the id of the key that was just found by its secret',
  },
  backlog: {
    lockBacklog: 'reads and writes nothing: it makes transactions that name the same owner wait for one another',
  },
  'callback-deliveries': { claimDeliveries: SENDER, settleDelivery: SENDER },
  categories: { listCategories: EVERYBODYS, findCategory: EVERYBODYS, insertCategories: EVERYBODYS },
  chunks: { replaceChunks: LEASED, listChunks: LEASED, listHeadingPaths: LEASED },
  edges: { replaceEdgesOf: LEASED },
  'email-tokens': { takeEmailToken: SECRET },
  expired: { deleteExpired: UPKEEP },
  jobs: {
    findJob: `${ADMINS} of cancelling and retrying`,
    listJobs: ADMINS,
    endJob: `${ADMINS}; an owner’s cancel comes to it by the jobs of a resource that was found to be theirs`,
    hasUnfinishedJob: FOUND,
    hasOtherUnfinishedJob: LEASED,
    unfinishedJobsOf: FOUND,
    isOutboxStalled: UPKEEP,
    countJobs: UPKEEP,
    findDueJobs: DISPATCH,
    takeForPublishing: DISPATCH,
    undoPublish: DISPATCH,
    requeueUnstarted: DISPATCH,
    requeueUndelivered: `${DISPATCH}; the report that names it is signed`,
  },
  leases: {
    claimJob: LEASE,
    renewLease: LEASE,
    finishJob: LEASE,
    deadLetterJob: LEASE,
    retryJob: LEASE,
    releaseJob: LEASE,
  },
  links: { replaceLinks: LEASED, listLinks: LEASED },
  'oauth-accounts': { findUserByOAuth: SIGNING_IN },
  'resource-identifiers': { listIdentifiers: LEASED },
  'resource-sources': {
    findSource: LEASED,
    putSource: `${LEASED}, or it was made in the same transaction`,
  },
  'resource-stages': {
    insertStages: 'of the resource that was made in the same transaction',
    readStages: FOUND,
    writeStages: `${FOUND}; or under its lease`,
  },
  'resource-vectors': {
    findResourceVector: LEASED,
    findResourceVectors: 'the worker’s: of resources that were listed by their owner',
  },
  resources: { findResourceOfJob: LEASED, setCentrality: LEASED, mirrorStages: `${FOUND}; or under its lease` },
  revocations: {
    insertRevocation: 'of ids of tokens and sessions, which say nothing of whose they are',
    anyRevoked: 'of ids of tokens and sessions, which say nothing of whose they are',
    revocationsSince: 'of ids of tokens and sessions, which say nothing of whose they are',
  },
  sessions: {
    findSession: 'by an id that a refresh token’s MAC stands for; elsewhere its user is compared before anything is done',
    rotateSession: 'by an id and a generation that a refresh token’s MAC stands for',
    revokeSession: 'by an id from a token that was verified, or of a session that was found to be the user’s',
  },
  users: {
    insertUser: 'makes a user; unique indexes keep it from being somebody else',
    insertUserIfAbsent: 'makes the service’s own user; one that is there is left alone',
    findUsersByLogin: SIGNING_IN,
    findTaken: SIGNING_IN,
    listUsers: ADMINS,
  },
  'vector-indexes.postgres': { ensureVectorIndexes: UPKEEP },
  'webhook-endpoints': { findWebhookEndpoint: 'it is what the signature of an event is checked with, whoever sent it' },
  'webhook-events': { findWebhookEvent: PROVEN, insertWebhookEvent: PROVEN },
};

const VALUE = 'no query: it works on what it is given';
const OPENS = 'no query: what it opens is tried itself';

export const HELPERS: Reasons = {
  batches: { batchesOf: VALUE },
  'connection-errors': { isDatabaseAway: VALUE, isTooLarge: VALUE },
  'chunk-index.postgres': { createPostgresChunkIndex: OPENS, vectorIndexName: VALUE },
  'chunk-index.sqlite': { createSqliteChunkIndex: OPENS },
  'fts-query': { queryTerms: VALUE, matchExpression: VALUE },
  pagination: { olderThan: VALUE },
  'open-postgres': { openPostgres: OPENS, withoutNul: VALUE },
  'open-sqlite': { openSqlite: OPENS },
  'postgres-url': { postgresParts: VALUE },
  users: { nameKey: VALUE },
  'vector-bytes': { VectorBytes: VALUE, toBytes: VALUE, toVector: VALUE },
  'constraint-errors': { isUniqueViolation: VALUE },
};
