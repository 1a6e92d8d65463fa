import { type JsonObject, member } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { Clients } from './clients.ts';
import { section } from './tree.ts';

/**
 * AWS's public SSM parameters, such as the latest Amazon Linux AMI: accounts can read but not write them. And the version of
 * the CDK's bootstrap stack, which every template in `cdk.out` looks up.
 */
const publicName = /^\/(aws\/service|cdk-bootstrap)\//;

/** A rule of such a template asserts that the version is at least 6. */
const bootstrapVersion = '28';

/** A template parameter whose value AWS looks up by the name of a public parameter. */
export interface Lookup {
  readonly parameter: string;
  readonly publicName: string;
  /** A value of its type. */
  readonly placeholder: string;
}

/** The template parameters that refer to AWS's public parameters. */
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
    return [{ parameter, publicName: name, placeholder: placeholderOf(name, type) }];
  });
}

function placeholderOf(name: string, type: string): string {
  if (name.startsWith('/cdk-bootstrap/')) return bootstrapVersion;
  return type.includes('AWS::EC2::Image::Id') ? 'ami-00000000000000000' : 'placeholder';
}

/**
 * Creates placeholders for public parameters that the local AWS does not have. Returns the values for the template's
 * parameters by name: the names of the placeholders.
 */
export async function placeholdersFor(
  { endpoint }: Pick<Clients, 'endpoint'>,
  lookups: readonly Lookup[],
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { parameter, publicName: name, placeholder } of lookups) {
    if (await ssm(endpoint, 'GetParameter', { Name: name })) continue;
    const own = `/placeholder${name}`;
    if (
      !(await ssm(endpoint, 'PutParameter', {
        Name: own,
        Value: placeholder,
        Type: 'String',
        Overwrite: true,
      }))
    ) {
      throw new Problem(
        `The local AWS has no parameter ${name}: specify another one with --parameter ${parameter}=NAME.`,
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
