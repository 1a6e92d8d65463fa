/** Reading evidence of use from every service that may run an image. */
import type { Known } from '../../core/known.ts';
import type { UnreadSource, UsageEvidence } from '../../core/usage/evidence.ts';
import type { ReadableSource } from './actions.ts';
import { appRunner } from './app-runner.ts';
import { batch } from './batch.ts';
import { codebuild } from './codebuild.ts';
import { ecs } from './ecs.ts';
import { inspector } from './inspector.ts';
import { lambda } from './lambda.ts';
import { startReferences } from './references.ts';
import { sagemaker } from './sagemaker.ts';
import { type OpenSource, openSource, type UsageOptions } from './source.ts';
import type { Usage } from './usage-reads.ts';

const openings: Readonly<Record<ReadableSource, (options: UsageOptions) => OpenSource>> = {
  ecs: (options) => openSource(ecs, options),
  lambda: (options) => openSource(lambda, options),
  batch: (options) => openSource(batch, options),
  codebuild: (options) => openSource(codebuild, options),
  apprunner: (options) => openSource(appRunner, options),
  sagemaker: (options) => openSource(sagemaker, options),
  inspector: (options) => openSource(inspector, options),
};

/** Connects to a service once its source is read for the first time. */
export function connectUsage(options: UsageOptions): Usage {
  const opened = new Map<ReadableSource, OpenSource>();
  const sourceOf = (source: ReadableSource) => {
    const open = opened.get(source) ?? openings[source](options);
    opened.set(source, open);
    return open;
  };
  return {
    async read(registry, requested, options = {}): Promise<UsageEvidence> {
      const readAt = Date.now();
      const references = startReferences(registry);
      const readable = [...new Set(requested)].filter((source) => source !== 'pulls');
      const results = await Promise.all(
        readable.map(
          async (source): Promise<readonly [ReadableSource, Known<number, UnreadSource>]> => [
            source,
            await sourceOf(source).read(registry, references, options),
          ],
        ),
      );
      return { readAt, references: references.all(), sources: Object.fromEntries(results) };
    },
    close() {
      for (const { close } of opened.values()) close();
    },
  };
}
