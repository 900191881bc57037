/** Another claim has the job, or it or its resource was deleted: nothing of this claim may be written any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
