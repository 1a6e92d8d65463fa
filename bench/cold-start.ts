/** How long a function takes from a new process to its answer at Lambda's runtime API. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const runtime = join(import.meta.dirname, 'lambda-runtime.cjs');

/** What is started, and what for. */
export interface ColdStart {
  /** A CommonJS file that exports a handler. */
  readonly bundle: string;
  /** As JSON. */
  readonly event: string;
}

/**
 * Milliseconds of each round for each of them, by name; they take turns.
 *
 * @param environment of all of them, beside this process's
 */
export async function coldStarts<Name extends string>(
  started: Readonly<Record<Name, ColdStart>>,
  rounds: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<ReadonlyMap<string, readonly number[]>> {
  let event = '';
  let onAnswer: (answer: string) => void = () => {};
  const server = createServer(async (request, response) => {
    if (request.method === 'GET')
      return response.setHeader('lambda-runtime-aws-request-id', 'one').end(event);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    onAnswer(Buffer.concat(parts).toString());
    return response.writeHead(202).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server.address());
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1)
    for (const [name, { bundle, event: own }] of Object.entries<ColdStart>(started)) {
      event = own;
      const answered = new Promise<string>((resolve) => {
        onAnswer = resolve;
      });
      const start = performance.now();
      const child = spawn(process.execPath, [runtime, port, bundle], {
        stdio: 'ignore',
        env: { ...process.env, ...environment },
      });
      const ended = once(child, 'exit');
      const first = await Promise.race([answered, ended.then(() => '')]);
      const took = performance.now() - start;
      if (!first.includes('"status":"success"')) throw new Error(`${bundle} did not succeed`);
      times.set(name, [...(times.get(name) ?? []), took]);
      await ended;
    }
  server.close();
  return times;
}

function portOf(address: AddressInfo | string | null): string {
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return String(address.port);
}
