/** The mail port. Adapters: the log in development, SMTP on Node. */

export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

export interface Mailer {
  /** Rejects where the mail could not be handed over. */
  send(mail: Mail): Promise<void>;
}
