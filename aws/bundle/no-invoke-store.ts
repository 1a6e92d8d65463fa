/**
 * Stands in for `@aws/lambda-invoke-store` in the bundle (template.yaml names the alias).
 *
 * The SDK asks it for the trace of one of several invocations that share a process; a function that serves one at a
 * time has its trace in the environment, where the SDK looks next.
 */
export const InvokeStore = {
  async getInstanceAsync(): Promise<undefined> {
    return undefined;
  },
};
