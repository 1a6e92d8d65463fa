/** Who did what to a repository, and when, in words. */
import type { Caller, RegistryEvent } from '../../core/registry-events/event.ts';

const actionWords: Readonly<Record<string, string>> = {
  CreateRepository: 'Created',
  PutImageTagMutability: 'Tag mutability set',
  PutImageScanningConfiguration: 'Scan on push set',
  PutLifecyclePolicy: 'Lifecycle policy set',
  DeleteLifecyclePolicy: 'Lifecycle policy deleted',
  SetRepositoryPolicy: 'Repository policy set',
  push: 'Image pushed',
  'pull through': 'Image cached from its upstream',
  replication: 'Image replicated',
};

/** Such as `Created by arn:aws:iam::111122223333:user/ana (IAMUser), from 198.51.100.7, at 2026-11-29 03:20:11 UTC.` */
export function eventSentence({ action, at, by }: RegistryEvent): string {
  const when = new Date(at).toISOString().replace('T', ' ').slice(0, 19);
  const what = actionWords[action] ?? action;
  return by === undefined
    ? `${what} at ${when} UTC. The event does not say by whom.`
    : `${what} ${callerWords(by)}, at ${when} UTC.`;
}

/** Such as `by arn:aws:iam::111122223333:user/ana (IAMUser), from 198.51.100.7`. */
export function callerWords(by: Caller): string {
  const { arn, kind, invokedBy, source } = by;
  const who = arn ?? invokedBy ?? source ?? 'an AWS service';
  const from = source !== undefined && source !== who ? `, from ${source}` : '';
  return `by ${who} (${kind})${from}`;
}
