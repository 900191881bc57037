/** Thrown by work that this worker cannot do, and another can: the job goes back to the queue without spending an attempt. */
export class NotForThisWorker extends Error {
  override readonly name = 'NotForThisWorker';
  /** Seconds until the job is due again. */
  readonly pause: number;

  constructor(message: string, pause: number) {
    super(message);
    this.pause = pause;
  }
}
