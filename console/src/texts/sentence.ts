/** With a full stop, where the server's words have none. */
export const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
