/**
 * Replaces `@aws-sdk/credential-provider-node` in the bundle (template.yaml names the alias).
 *
 * A Lambda function's credentials are always in its environment. The whole provider chain would double the bundle and
 * its start-up time, only to look in places that a function does not have
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
 */
export function defaultProvider(): () => Promise<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}> {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined)
      throw new Error('the function has no credentials in its environment');
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    };
  };
}
