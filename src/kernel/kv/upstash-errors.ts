/** Runs `work`; an error of the Upstash client is shortened, because it repeats the command with its keys and values. */
export async function withoutCommand<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof RangeError) throw error;
    const [message = ''] = error.message.split(/, command was: |Unable to parse response body: /);
    throw new Error(`upstash: ${message.slice(0, 200) || 'the response is not JSON'}`);
  }
}
