/** Images, by digest or by page. */
import { isEqual, isList, isObject, type JsonObject, member } from '../../../../core/json.ts';
import { type Image, onRepository } from './registry.ts';
import { errorReply, invalid, ok, pageReply } from './reply.ts';

const maxImages = 100;

export const describeImages = onRepository(({ name, input, repository: { images } }) => {
  const ids = member(input, 'imageIds');
  const filter = member(input, 'filter');
  // The bench archives nothing, so that all images are those of any status.
  if (filter !== undefined && !isEqual(filter, { imageStatus: 'ANY' }))
    return invalid('the bench knows the filter imageStatus ANY alone');
  if (ids === undefined)
    return pageReply(input, { items: images, keyOf: ({ digest }) => digest, maxResults: 1000 }, (page) => ({
      imageDetails: page.map((image) => detail(name, image)),
    }));
  if (!isList(ids) || ids.length < 1 || ids.length > maxImages)
    return invalid(`Invalid parameter at 'imageIds': 1 to ${maxImages} are taken`);
  if ('maxResults' in input || 'nextToken' in input)
    return invalid("'maxResults' and 'nextToken' do not go together with 'imageIds'");
  const byDigest = new Map(images.map((image) => [image.digest, image]));
  const imageDetails: JsonObject[] = [];
  for (const id of ids) {
    const digest = isObject(id) ? member(id, 'imageDigest') : undefined;
    if (typeof digest !== 'string') return invalid('the bench knows images by imageDigest');
    const image = byDigest.get(digest);
    if (image === undefined)
      return errorReply(
        400,
        'ImageNotFoundException',
        `The image with imageId {imageDigest:'${digest}'} does not exist within the repository with name '${name}'`,
      );
    imageDetails.push(detail(name, image));
  }
  return ok({ imageDetails });
});

function detail(repositoryName: string, { digest, tags, pushedAt, lastPulledAt }: Image): JsonObject {
  return {
    registryId: '123456789012',
    repositoryName,
    imageDigest: digest,
    // ECR leaves out both what an image has not.
    ...(tags.length === 0 ? {} : { imageTags: tags }),
    imagePushedAt: pushedAt,
    ...(lastPulledAt === undefined ? {} : { lastRecordedPullTime: lastPulledAt }),
  };
}
