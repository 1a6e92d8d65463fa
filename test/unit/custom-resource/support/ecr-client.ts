/** The SDK's client of a bench's ECR, for the tests of the bench itself. */
import './one-realm.ts';

import { ECRClient } from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { repositoryLike } from './registry.ts';
import { type Server, startServer } from './server.ts';

export interface Connection {
  readonly server: Server;
  readonly client: ECRClient;
  /** Adds a repository. */
  add(name: string, ...rest: Parameters<typeof repositoryLike>): void;
}

/** Starts a server before each test; the members are that test's. */
export function connectBeforeEach(): Connection {
  let started: { readonly server: Server; readonly client: ECRClient } | undefined;
  const current = () => {
    if (started === undefined) throw new Error('no test runs');
    return started;
  };
  beforeEach(async () => {
    const server = await startServer();
    const client = new ECRClient({
      region: 'us-east-1',
      endpoint: server.url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    started = { server, client };
  });
  afterEach(async () => {
    current().client.destroy();
    await current().server.stop();
  });
  return {
    get server() {
      return current().server;
    },
    get client() {
      return current().client;
    },
    add(name, ...rest) {
      current().server.registry.repositories.set(name, repositoryLike(...rest));
    },
  };
}

/** What an error of that name looks like. */
export const refusal = (name: string) => ({ name: expect.stringMatching(`^${name}$`) });
export const invalid = refusal('InvalidParameterException');
export const missing = refusal('RepositoryNotFoundException');
