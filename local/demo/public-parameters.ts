import { type JsonObject, member } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { Clients } from './clients.ts';
import { section } from './tree.ts';

/** AWS's own SSM parameters, such as the newest Amazon Linux: every account can read them, none may write them. */
const publicName = /^\/aws\/service\//;

/** A template's parameter whose value AWS looks up under a public name. */
export interface Lookup {
  readonly parameter: string;
  readonly publicName: string;
  /** What a value of its type looks like. */
  readonly standIn: string;
}

/** Which of a template's parameters are looked up among AWS's public ones. */
export function publicLookups(
  document: JsonObject,
  given: Readonly<Record<string, string>>,
): readonly Lookup[] {
  const declared = section(document, 'Parameters');
  return Object.keys(declared).flatMap((parameter) => {
    const type = member(section(declared, parameter), 'Type');
    const name = given[parameter] ?? member(section(declared, parameter), 'Default');
    if (typeof type !== 'string' || !type.startsWith('AWS::SSM::Parameter::Value<')) return [];
    if (typeof name !== 'string' || !publicName.test(name)) return [];
    const standIn = type.includes('AWS::EC2::Image::Id') ? 'ami-00000000000000000' : 'stand-in';
    return [{ parameter, publicName: name, standIn }];
  });
}

/**
 * Makes the lookups work that the local AWS has no answer to: each is pointed at a parameter with a stand-in,
 * by the requests that an SDK would make. Answers the values for the template's parameters, by name.
 */
export async function standIns(
  { endpoint }: Pick<Clients, 'endpoint'>,
  lookups: readonly Lookup[],
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { parameter, publicName: name, standIn } of lookups) {
    if (await ssm(endpoint, 'GetParameter', { Name: name })) continue;
    const own = `/stand-in${name}`;
    if (
      !(await ssm(endpoint, 'PutParameter', { Name: own, Value: standIn, Type: 'String', Overwrite: true }))
    ) {
      throw new Problem(
        `The local AWS has no ${name}: give the name of another with --parameter ${parameter}=NAME.`,
      );
    }
    values[parameter] = own;
  }
  return values;
}

async function ssm(endpoint: string, operation: string, request: object): Promise<boolean> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AmazonSSM.${operation}` },
    body: JSON.stringify(request),
  });
  await response.arrayBuffer();
  return response.ok;
}
