import { delimiter, join } from 'node:path';
import { type LocalAws, startLocalAws } from '../local-aws.ts';
import { projectRoot } from '../paths.ts';

/**
 * Starts a local AWS for the user's templates.
 *
 * Their functions can use the modules that Lambda's Node.js runtime includes: the AWS SDK, and cfn-response for inline code.
 * Tests do not get them, because this project's functions must bundle their dependencies.
 */
export async function startAwsForTemplates(options: {
  port?: number;
  detached?: boolean;
}): Promise<LocalAws> {
  const before = process.env.NODE_PATH;
  const modules = [join(import.meta.dirname, 'lambda-modules'), join(projectRoot, 'node_modules')];
  process.env.NODE_PATH = [...modules, ...(before === undefined ? [] : [before])].join(delimiter);
  try {
    return await startLocalAws(options);
  } finally {
    if (before === undefined) delete process.env.NODE_PATH;
    else process.env.NODE_PATH = before;
  }
}
