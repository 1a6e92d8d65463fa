/** Repository tags (https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html). */
import { isList, isObject, type Json, member } from '../../../../core/json.ts';
import { onRepository } from './registry.ts';
import { errorReply, invalid, ok, type Reply } from './reply.ts';

const maxTags = 50;
const allowed = /^[\p{L}\p{N}\p{Z}_.:/=+\-@]*$/u;

export const listTagsForResource = onRepository(({ repository }) =>
  ok({ tags: [...repository.tags].map(([Key, Value]) => ({ Key, Value })) }),
);

export const tagResource = onRepository(({ input, repository, replace }) => {
  const given = member(input, 'tags');
  if (!isList(given)) return invalid("Invalid parameter at 'tags'");
  const tags = new Map(repository.tags);
  for (const tag of given) {
    const key = isObject(tag) ? member(tag, 'Key') : undefined;
    const value = isObject(tag) ? member(tag, 'Value') : undefined;
    if (!isKey(key) || !isText(value, 0, 256)) return invalidTag(key);
    tags.set(key, value);
  }
  if (tags.size > maxTags)
    return errorReply(400, 'TooManyTagsException', `A repository has at most ${maxTags} tags`);
  replace({ tags });
  return ok({});
});

export const untagResource = onRepository(({ input, repository, replace }) => {
  const keys = member(input, 'tagKeys');
  if (!isList(keys)) return invalid("Invalid parameter at 'tagKeys'");
  const tags = new Map(repository.tags);
  for (const key of keys) {
    if (!isKey(key)) return invalidTag(key);
    tags.delete(key);
  }
  replace({ tags });
  return ok({});
});

function isKey(value: Json | undefined): value is string {
  return isText(value, 1, 128) && !/^aws:/i.test(value);
}

function isText(value: Json | undefined, least: number, most: number): value is string {
  if (typeof value !== 'string' || !allowed.test(value)) return false;
  const { length } = [...value];
  return length >= least && length <= most;
}

function invalidTag(key: Json | undefined): Reply {
  return errorReply(400, 'InvalidTagParameterException', `The tag ${JSON.stringify(key)} is not valid`);
}
