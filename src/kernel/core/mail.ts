/** The mail port. Adapters: the log in development, SMTP on Node. */

export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

export interface Mailer {
  /** Rejects when the server does not accept the mail. */
  send(mail: Mail): Promise<void>;
}
