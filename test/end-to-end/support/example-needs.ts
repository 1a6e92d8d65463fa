import { alertTopic } from '../../../local/demo/alert.ts';
import type { Clients } from './clients.ts';
import { type Safety, safe, unsafe } from './examples.ts';

/** What an example needs before it is deployed, and what it does to repositories that are not its own. */
export interface Needs {
  /** Values for parameters without a default, as text or as the local AWS has them. */
  readonly parameters?: Readonly<Record<string, string | ((clients: Clients) => Promise<string>)>>;
  /** Repositories that no stack made, with their tags, and what they are afterwards. */
  readonly existing?: Readonly<
    Record<string, { readonly tags?: Readonly<Record<string, string>>; readonly becomes: Safety }>
  >;
}

/** What `Custom::EcrSettings` sets when nothing else is said: no lifecycle policy, since that would delete images. */
const untidied = (exclusions: readonly string[] = []) => ({ ...safe(exclusions), hasLifecyclePolicy: false });

export const needs: Readonly<Record<string, Needs>> = {
  'examples/existing-repository.yaml': {
    parameters: { RepositoryName: 'made-by-hand' },
    existing: { 'made-by-hand': { becomes: untidied() }, 'not-named': { becomes: unsafe } },
  },
  'examples/existing-repositories/pattern.yaml': {
    existing: {
      'checkout-team/web': { becomes: untidied(['latest']) },
      'checkout-team/cache-web': { becomes: unsafe },
    },
  },
  'examples/existing-repositories/sam-managed.yaml': {
    existing: {
      'app123/function456repo': { tags: { ManagedStackSource: 'AwsSamCli' }, becomes: safe() },
      'app123/other': { tags: { ManagedStackSource: 'other' }, becomes: unsafe },
    },
  },
  'examples/docs/settings-archive.yaml': { existing: { 'team/web': { becomes: safe(['latest']) } } },
  'examples/docs/settings-dry-run.yaml': { existing: { 'of-nobody': { becomes: unsafe } } },
  'examples/docs/settings-without-macro.yaml': { existing: { 'legacy/web': { becomes: untidied() } } },
  'examples/alerts/email-and-queue.yaml': {
    parameters: { AlertTopicArn: alertTopic, Address: 'platform@example.com' },
  },
};
