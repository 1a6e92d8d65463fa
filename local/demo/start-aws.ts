import { delimiter, join } from 'node:path';
import { type LocalAws, startLocalAws } from '../local-aws.ts';
import { projectRoot } from '../paths.ts';

/**
 * Starts a local AWS for templates of anybody's.
 *
 * Their functions may count on the modules that Lambda's Node runtime has without their doing: the AWS SDK, and
 * cfn-response for code that stands in the template. Only here: this project's own functions must bring their own.
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
