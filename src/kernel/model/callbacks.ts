/** What a callback tells of, and how far it has come. */
export const CALLBACK_EVENTS = ['resource.completed', 'resource.failed'] as const;
export type CallbackEvent = (typeof CALLBACK_EVENTS)[number];

/** `pending`: to be sent, for the first time or again; `failed`: no further attempt is made on its own. */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
