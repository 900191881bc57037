/** Events that callbacks report, and the states of a delivery. */
export const CALLBACK_EVENTS = ['resource.completed', 'resource.failed'] as const;
export type CallbackEvent = (typeof CALLBACK_EVENTS)[number];

/** `pending`: waits for its first or next attempt; `failed`: gets no further automatic attempt. */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
