/** The rows of the tables, and the one database type that queries are written against. */
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core';
import type * as schema from './schema.sqlite.ts';

export type Schema = typeof schema;

/** Queries await the builder and never call `.get()`, `.all()` or `.run()`, which exist on SQLite only. */
export type Database = Pick<
  BaseSQLiteDatabase<'async', unknown, Schema>,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | 'transaction'
>;

export type User = typeof schema.users.$inferSelect;
export type OAuthClient = typeof schema.oauthClients.$inferSelect;
export type Session = typeof schema.sessions.$inferSelect;
export type Resource = typeof schema.resources.$inferSelect;
export type ResourceSource = typeof schema.resourceSources.$inferSelect;
export type ResourceStage = typeof schema.resourceStages.$inferSelect;
export type Chunk = typeof schema.chunks.$inferSelect;
export type Link = typeof schema.links.$inferSelect;
export type Edge = typeof schema.edges.$inferSelect;
export type EmbeddingModel = typeof schema.embeddingModels.$inferSelect;
export type Category = typeof schema.categories.$inferSelect;
export type Job = typeof schema.jobs.$inferSelect;
export type ApiKey = typeof schema.apiKeys.$inferSelect;
export type OAuthAccount = typeof schema.oauthAccounts.$inferSelect;
export type EmailToken = typeof schema.emailTokens.$inferSelect;
export type SecurityEventRow = typeof schema.securityEvents.$inferSelect;
export type WebhookEndpoint = typeof schema.webhookEndpoints.$inferSelect;
export type WebhookEvent = typeof schema.webhookEvents.$inferSelect;
export type CallbackSecret = typeof schema.callbackSecrets.$inferSelect;
export type CallbackDelivery = typeof schema.callbackDeliveries.$inferSelect;
export type StatisticsRow = typeof schema.statistics.$inferSelect;
