/** The accounts and Regions that a command covers: each profile, or each role, in each Region. */
import { type Command, InvalidArgumentError } from 'commander';
import { withEndpointUrl } from './endpoint-url.ts';

/** The options as commander parses them; each may be given several times. */
export interface TargetOptions {
  readonly region: readonly string[];
  readonly profile: readonly string[];
  readonly roleArn: readonly string[];
  readonly endpointUrl?: string;
}

/** One account and Region; what is left out is found by the SDK. */
export interface Target {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly endpointUrl?: string | undefined;
}

/** Adds the options to a command. @param of whose Region it is, such as `the registry` */
export function withTargetOptions(command: Command, of: string): Command {
  const targeted = command
    .option(
      '--region <name>',
      `${of}'s Region (repeatable); default: AWS_REGION or the profile's region`,
      repeated,
      [],
    )
    .option(
      '--profile <name>',
      'a profile of ~/.aws (repeatable); default: AWS_PROFILE or the environment',
      repeated,
      [],
    )
    .option('--role-arn <arn>', 'a role to assume, such as one in each account (repeatable)', roles, []);
  return withEndpointUrl(targeted);
}

/** Adds a value to those of the same option. */
export function repeated(value: string, before: readonly string[]): readonly string[] {
  return before.includes(value) ? before : [...before, value];
}

function roles(value: string, before: readonly string[]): readonly string[] {
  if (!/^arn:[a-z0-9-]+:iam::\d{12}:role\/\S+$/.test(value))
    throw new InvalidArgumentError('It must be the ARN of an IAM role.');
  return repeated(value, before);
}

/** Every profile with every role in every Region; a single one if none is given. */
export function targetsOf({ region, profile, roleArn, endpointUrl }: TargetOptions): readonly Target[] {
  return orNone(profile).flatMap((ofProfile) =>
    orNone(roleArn).flatMap((ofRole) =>
      orNone(region).map((ofRegion) => ({
        region: ofRegion,
        profile: ofProfile,
        roleArn: ofRole,
        endpointUrl,
      })),
    ),
  );
}

function orNone(values: readonly string[]): readonly (string | undefined)[] {
  return values.length === 0 ? [undefined] : values;
}

/** With which credentials a target is read: `role arn:... by profile prod`. */
export function credentialsOf({ profile, roleArn }: Target): string {
  const by = [
    ...(roleArn === undefined ? [] : [`role ${roleArn}`]),
    ...(profile === undefined ? [] : [`profile ${profile}`]),
  ];
  return by.length === 0 ? 'the default credentials' : by.join(' by ');
}
