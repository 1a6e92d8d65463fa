/** A repository's own tags. */
import { ListTagsForResourceCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-ecr';
import type { Call } from './call.ts';
import type { Ecr } from './ecr.ts';

export function tagCalls(call: Call): Pick<Ecr, 'tags' | 'tag' | 'untag'> {
  return {
    async tags(resourceArn) {
      const { tags } = await call('ListTagsForResource', (client, options) =>
        client.send(new ListTagsForResourceCommand({ resourceArn }), options),
      );
      return new Map((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
    },
    async tag(resourceArn, tags) {
      await call('TagResource', (client, options) =>
        client.send(
          new TagResourceCommand({ resourceArn, tags: [...tags].map(([Key, Value]) => ({ Key, Value })) }),
          options,
        ),
      );
    },
    async untag(resourceArn, keys) {
      await call('UntagResource', (client, options) =>
        client.send(new UntagResourceCommand({ resourceArn, tagKeys: [...keys] }), options),
      );
    },
  };
}
