/** Lifecycle policies and what they would expire. */
import { isList, isObject, type Json, type JsonObject, member } from '../../../../core/json.ts';
import { onRepository, type Preview, type Repository } from './registry.ts';
import { errorReply, invalid, ok, pageReply, type Reply } from './reply.ts';

export const getLifecyclePolicy = onRepository(({ name, repository: { lifecycle } }) =>
  lifecycle === undefined ? noPolicy(name) : ok(policyBody(name, lifecycle)),
);

export const putLifecyclePolicy = onRepository(({ name, input, replace }) => {
  const lifecycle = member(input, 'lifecyclePolicyText');
  const rules = rulesOf(lifecycle);
  if (typeof lifecycle !== 'string' || rules === undefined) return invalidPolicy();
  replace({ lifecycle });
  return ok(policyBody(name, lifecycle));
});

export const deleteLifecyclePolicy = onRepository(({ name, repository: { lifecycle }, replace }) => {
  if (lifecycle === undefined) return noPolicy(name);
  replace({ lifecycle: undefined });
  return ok(policyBody(name, lifecycle));
});

export const startLifecyclePolicyPreview = onRepository(({ registry, name, input, repository, replace }) => {
  const text = member(input, 'lifecyclePolicyText') ?? repository.lifecycle;
  if (text === undefined) return noPolicy(name);
  const rules = rulesOf(text);
  if (typeof text !== 'string' || rules === undefined) return invalidPolicy();
  const running = repository.preview;
  if (running !== undefined && running.looksLeft > 0 && running.text !== text) {
    // Time passes for who only asks whether it may begin, too.
    replace({ preview: { ...running, looksLeft: running.looksLeft - 1 } });
    return errorReply(
      400,
      'LifecyclePolicyPreviewInProgressException',
      `The previous preview of '${name}' is in progress`,
    );
  }
  const isRunning = running !== undefined && running.looksLeft > 0;
  if (!isRunning)
    replace({
      preview: { text, looksLeft: registry.previewLooks, expiring: expiringOf(repository, rules) },
    });
  return ok({ ...policyBody(name, text), status: 'IN_PROGRESS' });
});

export const getLifecyclePolicyPreview = onRepository(({ name, input, repository: { preview }, replace }) => {
  if (preview === undefined)
    return errorReply(400, 'LifecyclePolicyPreviewNotFoundException', `There is no preview of '${name}'`);
  const { text, looksLeft, expiring } = preview;
  if (looksLeft > 0) {
    replace({ preview: { ...preview, looksLeft: looksLeft - 1 } });
    return ok({ ...policyBody(name, text), status: 'IN_PROGRESS', previewResults: [], summary: {} });
  }
  return pageReply(
    input,
    { items: expiring, keyOf: ({ image }) => image.digest, maxResults: 100 },
    (page) => ({
      ...policyBody(name, text),
      status: 'COMPLETE',
      previewResults: page.map(({ image, priority, action }) => ({
        imageTags: image.tags,
        imageDigest: image.digest,
        imagePushedAt: image.pushedAt,
        action: { type: action, ...(action === 'TRANSITION' ? { targetStorageClass: 'ARCHIVE' } : {}) },
        appliedRulePriority: priority,
        storageClass: 'STANDARD',
      })),
      summary: {
        expiringImageTotalCount: expiring.filter(({ action }) => action === 'EXPIRE').length,
      },
    }),
  );
});

/** Simpler than ECR: the first rule that counts images expires or archives all but the newest, whatever it selects. */
function expiringOf({ images }: Repository, rules: readonly JsonObject[]): Preview['expiring'] {
  const counting = rules
    .map((rule) => ({
      priority: Number(member(rule, 'rulePriority')),
      selection: member(rule, 'selection'),
      action: member(rule, 'action'),
    }))
    .toSorted((one, other) => one.priority - other.priority)
    .find(({ selection }) => isObject(selection) && member(selection, 'countType') === 'imageCountMoreThan');
  if (counting === undefined || !isObject(counting.selection)) return [];
  const { action: given } = counting;
  const isTransition = isObject(given) && member(given, 'type') === 'transition';
  const action = isTransition ? 'TRANSITION' : 'EXPIRE';
  const kept = Number(member(counting.selection, 'countNumber'));
  return images
    .toSorted((one, other) => other.pushedAt - one.pushedAt)
    .slice(kept)
    .map((image) => ({ image, priority: counting.priority, action }));
}

/** The rules of a policy's text, or undefined when ECR would not take it: it wants JSON of 100 to 30720 characters. */
function rulesOf(text: Json | undefined): readonly JsonObject[] | undefined {
  if (typeof text !== 'string' || text.length < 100 || text.length > 30_720) return undefined;
  try {
    const policy: unknown = JSON.parse(text);
    const rules = isObject(policy) ? member(policy, 'rules') : undefined;
    return isList(rules) && rules.length > 0 && rules.every(isObject) ? rules : undefined;
  } catch {
    return undefined;
  }
}

function policyBody(repositoryName: string, lifecyclePolicyText: string): JsonObject {
  return { registryId: '123456789012', repositoryName, lifecyclePolicyText };
}

function noPolicy(name: string): Reply {
  return errorReply(400, 'LifecyclePolicyNotFoundException', `'${name}' has no lifecycle policy`);
}

function invalidPolicy(): Reply {
  return invalid(
    "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure'",
  );
}
