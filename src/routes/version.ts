/** The version that the service reports; a test compares it with package.json. */
export const VERSION = '0.1.0';
