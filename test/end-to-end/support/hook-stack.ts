/** The hook of hook.yaml in a stack, its function bundled by the properties that the template has for SAM. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { GetHookResultCommand, ListHookResultsCommand } from '@aws-sdk/client-cloudformation';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { asObject, asText, entriesOf, type Json, type JsonObject, textsOf } from '../../../core/json.ts';
import { projectRoot } from '../../../local/paths.ts';
import { parseTemplate } from '../../../template-text/parse.ts';
import { newStack } from './new-stack.ts';
import { clients, uniqueName } from './stacks.ts';

const file = join(projectRoot, 'hook.yaml');
const template = parseTemplate(readFileSync(file, 'utf8'), file);
const hookFunction = asObject(asObject(template.Resources).HookFunction);

/** The files of the function, by their names. */
export async function bundleHook(): Promise<Readonly<Record<string, Uint8Array>>> {
  const properties = asObject(asObject(hookFunction.Metadata).BuildProperties);
  const folder = join(projectRoot, asText(asObject(hookFunction.Properties).CodeUri) ?? '');
  const pairs = (name: string) =>
    Object.fromEntries(
      textsOf(properties[name]).map((each) => {
        const [key = '', value = ''] = each.split('=');
        return [key, value.startsWith('.') ? join(folder, value) : value];
      }),
    );
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: [...textsOf(properties.EntryPoints)],
    outdir: 'built',
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    minify: properties.Minify === true,
    target: asText(properties.Target) ?? '',
    mainFields: (asText(properties.MainFields) ?? '').split(','),
    legalComments: 'none',
    define: pairs('Define'),
    alias: pairs('Alias'),
    supported: Object.fromEntries(
      Object.entries(pairs('Supported')).map(([feature, value]) => [feature, value === 'true']),
    ),
    logLevel: 'silent',
  });
  return Object.fromEntries(outputFiles.map(({ path, contents }) => [basename(path), contents]));
}

/** A hook for the stacks of these names alone, so that it disturbs no other test. */
export async function hookFor(stackNames: readonly string[]) {
  const [bucket, key] = [uniqueName('hook'), 'function.zip'];
  const put = async (path: string, body: string | Uint8Array<ArrayBuffer>) => {
    const { ok, status } = await fetch(`${clients.endpoint}/${path}`, { method: 'PUT', body });
    if (!ok) throw new Error(`the code of the hook cannot be stored (${status})`);
  };
  await put(bucket, '');
  await put(`${bucket}/${key}`, new Uint8Array(zipSync({ ...(await bundleHook()) })));
  const stack = newStack();
  return {
    stack,
    /** Deploys hook.yaml, or updates it. */
    deploy: (parameters: Record<string, string> = {}) =>
      stack.deploy(documentFor(stackNames, `s3://${bucket}/${key}`), parameters),
    /** The results for the resources of these stacks, the newest first. */
    async results() {
      const { HookArn } = await stack.outputs();
      const { HookResults = [] } = await clients.cloudformation.send(
        new ListHookResultsCommand({ TypeArn: HookArn }),
      );
      return Promise.all(
        HookResults.map(({ HookResultId }) =>
          clients.cloudformation.send(new GetHookResultCommand({ HookResultId })),
        ),
      );
    },
  };
}

function documentFor(stackNames: readonly string[], CodeUri: string): JsonObject {
  const resources = asObject(template.Resources);
  const hook = asObject(resources.Hook);
  const { Metadata: _, ...withoutMetadata } = hookFunction;
  return {
    ...template,
    Resources: {
      ...resources,
      Hook: {
        ...hook,
        Properties: {
          ...asObject(hook.Properties),
          StackFilters: withStacks(asObject(hook.Properties).StackFilters, stackNames),
        },
      },
      HookFunction: { ...withoutMetadata, Properties: { ...asObject(hookFunction.Properties), CodeUri } },
    },
  };
}

/** The template's own filters, for these stacks alone; also where they exclude none. */
function withStacks(filters: Json | undefined, Include: readonly string[]): JsonObject {
  const [excludesAny, own] = entriesOf(asObject(filters)['Fn::If']);
  const [excludesNames, names] = entriesOf(asObject(asObject(own).StackNames)['Fn::If']);
  if (excludesAny === undefined || excludesNames === undefined)
    throw new Error('hook.yaml has other filters');
  const StackNames = { 'Fn::If': [excludesNames, { Include, ...asObject(names) }, { Include }] };
  return {
    'Fn::If': [
      excludesAny,
      { ...asObject(own), StackNames },
      { FilteringCriteria: 'ALL', StackNames: { Include } },
    ],
  };
}
