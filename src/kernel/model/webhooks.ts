/** How the senders of incoming webhooks sign: by Standard Webhooks, or as GitHub does. */
export const WEBHOOK_KINDS = ['standard', 'github'] as const;
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];

/** What was made of one document of an event. */
export interface IngestedDocument {
  readonly resource_id: string;
  readonly outcome: 'accepted' | 'duplicate';
}
