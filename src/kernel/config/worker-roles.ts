/** The parts of a worker's work, each of which can run alone. */
export const WORKER_ROLES = ['jobs', 'embeddings', 'search', 'uploads', 'mail', 'callbacks'] as const;
export type WorkerRole = (typeof WORKER_ROLES)[number];
