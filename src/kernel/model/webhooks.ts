/** Signature schemes of incoming webhooks: Standard Webhooks, or GitHub's own. */
export const WEBHOOK_KINDS = ['standard', 'github'] as const;
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];

/** Outcome of one document of an event. */
export interface IngestedDocument {
  readonly resource_id: string;
  readonly outcome: 'accepted' | 'duplicate';
}
