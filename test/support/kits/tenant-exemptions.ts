/** The exports of kernel/db that take no owner, with the reason for each. */

type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

const ADMINS = 'for admins: callers check `requireScope(actor, "admin")` first';
const LEASED = 'for the worker: the resource belongs to a job whose lease it holds';
const FOUND = 'called after the resource was found by id and owner in the same transaction, or by its job';
const DISPATCH = 'moves all owners’ jobs to the queue, and returns ids only';
const LEASE = 'by a job id from a signed message, and by the lease taken on the job';
const SENDER = 'for the sender, which sends all owners’ callbacks';
const PROVEN = 'by an id proved by a signature with the row’s own secret';
const SECRET = 'by the hash of a secret that the client presented';
const SHARED = 'the taxonomy is shared by all owners';
const SIGNING_IN = 'runs before authentication, to identify the user';
const MODELS = 'models are shared by all owners';
const UPKEEP = 'maintenance of all owners’ rows; returns numbers only';

export const UNOWNED: Reasons = {
  'api-keys': {
    findApiKey: SECRET,
    touchApiKey: 'by the id of a key that was just found by its secret',
  },
  backlog: {
    lockBacklog: 'reads and writes nothing: it serialises transactions of the same owner',
  },
  'callback-deliveries': { claimDeliveries: SENDER, settleDelivery: SENDER },
  'chunk-vectors': { insertChunkVectors: LEASED },
  categories: {
    listCategories: SHARED,
    findCategory: SHARED,
    insertCategories: SHARED,
    rewriteCategories: SHARED,
    replaceCategories: SHARED,
  },
  chunks: { replaceChunks: LEASED, insertChunks: LEASED, listChunks: LEASED, listChunkKeys: LEASED, listHeadingPaths: LEASED },
  edges: { replaceLinkEdges: LEASED, replaceSimilarEdges: LEASED },
  'embedding-models': {
    listEmbeddingModels: MODELS,
    findEmbeddingModel: MODELS,
    findActiveModel: MODELS,
    findRequestedModel: MODELS,
    listRetiredModels: MODELS,
    activeModelId: MODELS,
    isActiveModel: MODELS,
    insertEmbeddingModel: MODELS,
    updateEmbeddingModel: MODELS,
    withdrawActivation: MODELS,
    deleteEmbeddingModel: MODELS,
    hasEmbeddings: MODELS,
  },
  'email-tokens': { findEmailToken: SECRET, takeEmailToken: SECRET },
  expired: { deleteExpired: UPKEEP },
  jobs: {
    findJob: `${ADMINS}; used by cancel and retry`,
    listJobs: ADMINS,
    listFailedStages: `${ADMINS}; of the documents of a page of jobs`,
    endJob: `${ADMINS}; an owner cancels through the jobs of a resource found by id and owner`,
    hasUnfinishedJob: FOUND,
    hasOtherUnfinishedJob: LEASED,
    unfinishedJobsOf: FOUND,
    unfinishedInstallationJobs: 'jobs that belong to no user',
    updateJobPayload: LEASE,
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
    advanceLease: LEASE,
    finishJob: LEASE,
    deadLetterJob: LEASE,
    retryJob: LEASE,
    releaseJob: LEASE,
  },
  'library-changes': {
    appendRebuilds: 'a switch of the model concerns every library',
    pruneLibraryChanges: UPKEEP,
  },
  links: { replaceLinks: LEASED, insertLinks: LEASED, listLinks: LEASED },
  'oauth-clients': {
    insertOAuthClient: 'apps register themselves and belong to no user',
    findOAuthClient: 'apps belong to no user',
    markGranted: 'apps belong to no user',
    deleteIdleClients: UPKEEP,
  },
  'oauth-accounts': { findUserByOAuth: SIGNING_IN },
  'resource-embeddings': {
    markRelated: LEASED,
    modelsOfResource: LEASED,
    findResourceEmbedding: 'for the worker, which writes the rows of all owners',
    documentsLacking: `${DISPATCH} and owners, to the worker alone`,
    documentsUnrelated: `${DISPATCH} and owners, to the worker alone`,
    countEmbeddable: UPKEEP,
    countLanguages: UPKEEP,
    coverageByModel: UPKEEP,
    listFailedDocuments: ADMINS,
    listUnembedded: ADMINS,
    countUnembedded: UPKEEP,
    deleteModelRows: UPKEEP,
    comparedWithActive: UPKEEP,
    forgetFailures: 'for operators: a model is tried again on the documents of all owners',
  },
  'resource-categories': {
    countByCategory: `${ADMINS}; returns numbers only`,
    listCategorised: 'for the worker, which categorises the documents of all owners; returns ids only',
    countCategorised: UPKEEP,
    uncategoriseUnknown: 'the taxonomy is shared: what leaves it leaves the documents of all owners; returns numbers only',
  },
  'resource-identifiers': { listIdentifiers: LEASED, insertIdentifiers: LEASED },
  'resource-sources': {
    findSource: LEASED,
    findSourceHead: 'called after the resource was found by id and owner',
    readSourceSlice: 'reads on in a source whose resource was found by id and owner',
    putSource: `${LEASED}, or was created in the same transaction`,
  },
  'resource-stages': {
    insertStages: 'for a resource created in the same transaction',
    readStages: FOUND,
    writeStages: `${FOUND}; or under its lease`,
  },
  'resource-vectors': {
    findResourceVector: LEASED,
    findResourceVectors: 'for the worker: the resources were listed by their owner',
  },
  resources: {
    findResourceOfJob: LEASED,
    findTextOfJob: LEASED,
    updateResourceOfJob: LEASED,
    setCentralities: 'for the worker: the resources were listed by their owner',
    mirrorStages: `${FOUND}; or under its lease`,
  },
  'write-probe': { probeWrites: 'rows of its own, which name no token and no owner' },
  revocations: {
    insertRevocation: 'by ids of tokens and sessions, which have no owner',
    insertRevocations: 'by ids of tokens and sessions, which have no owner',
    anyRevoked: 'by ids of tokens and sessions, which have no owner',
    revocationsSince: 'by ids of tokens and sessions, which have no owner',
    liveRevocations: 'by ids of tokens and sessions, which have no owner',
  },
  sessions: {
    findLiveSession: 'by an id from a verified token',
    findSession: 'by an id that a refresh token’s MAC proves; other callers compare its user first',
    findSessionWithUser: 'by an id that a refresh token’s MAC proves',
    insertGrant: 'in the transaction that checked the user and the session which agreed',
    rotateSession: 'by an id and a generation that a refresh token’s MAC proves',
    revokeSession: 'by an id from a verified token, or of a session found to be the user’s',
  },
  settings: {
    findEmbeddingTarget: MODELS,
    putEmbeddingTarget: MODELS,
    lockModels: MODELS,
    lockAdmins: 'serialises deletions of admins',
    lockFirstAccount: 'serialises registrations while there is no account',
    shareModels: MODELS,
    readTaxonomyState: SHARED,
    putTaxonomyState: SHARED,
    lockTaxonomy: SHARED,
    shareTaxonomy: SHARED,
    findCalibration: MODELS,
    putCalibration: MODELS,
    deleteCalibration: MODELS,
  },
  statistics: { addStatistics: UPKEEP, listStatistics: ADMINS, countQueue: UPKEEP },
  users: {
    isSessionLive: 'by the id of a session that was verified for the request; returns whether it was ended',
    insertUser: 'creates a user; unique indexes keep names apart',
    insertUserIfAbsent: 'creates the service’s own user unless it exists',
    findUsersByLogin: SIGNING_IN,
    findUserByEmail: SIGNING_IN,
    findTaken: SIGNING_IN,
    hasOtherAdmin: 'tells only whether there is another admin',
    hasAccounts: 'tells only whether there is any account',
    listUsers: ADMINS,
  },
  'vector-indexes.postgres': { ensureVectorIndexes: UPKEEP, dropVectorIndexes: UPKEEP },
  'webhook-endpoints': { findWebhookEndpoint: 'the caller verifies an event’s signature with it' },
  'webhook-events': { findWebhookEvent: PROVEN, insertWebhookEvent: PROVEN },
};

const NOTE = 'in memory; appended for the owner of a row that the transaction wrote';
const VALUE = 'no query: it works on its arguments only';
const OPENS = 'no query: its result is tested instead';

export const HELPERS: Reasons = {
  batches: { batchesOf: VALUE },
  'connection-errors': { isDatabaseAway: VALUE, isUnstorable: VALUE, toDatabaseAppError: VALUE, writeRefusal: VALUE },
  'library-notes': {
    withLibraryNotes: OPENS,
    inTransaction: OPENS,
    noteLibraryChange: NOTE,
    hasNoted: NOTE,
    noteRebuilds: NOTE,
  },
  links: { storedLinks: VALUE },
  'resource-identifiers': { storedIdentifiers: VALUE },
  resources: { statusFields: VALUE, unedited: VALUE },
  'index-keys': { toStoredKey: VALUE, storedFormsOf: VALUE, withStoredKeys: VALUE },
  'contains-text': { containsText: VALUE },
  'json-contains': { jsonContains: VALUE },
  'resource-list': { conditionsOf: VALUE, positionIn: VALUE },
  jobs: { isAhead: VALUE },
  'chunk-index.postgres': { createPostgresChunkIndex: OPENS, vectorIndexName: VALUE },
  'chunk-index.sqlite': { createSqliteChunkIndex: OPENS },
  'exact-scan': { scanExactly: VALUE },
  'fts-query': { isUnlikeAWord: VALUE, queryTerms: VALUE, questionTerms: VALUE, matchExpression: VALUE },
  pagination: { olderThan: VALUE },
  owned: { isOwnedBy: VALUE },
  prepared: { prepared: VALUE, placeholdersFor: VALUE, keyPlaceholders: VALUE, keysFor: VALUE },
  'open-postgres': { openPostgres: OPENS, readableJson: VALUE, readReals: VALUE, withoutNul: VALUE },
  'open-sqlite': { openSqlite: OPENS },
  'postgres-url': { postgresParts: VALUE },
  users: { nameKey: VALUE, usernameKey: VALUE, emailKey: VALUE },
  'vector-bytes': { VectorBytes: VALUE, toBytes: VALUE, toVector: VALUE },
  'constraint-errors': { isUniqueViolation: VALUE },
};
