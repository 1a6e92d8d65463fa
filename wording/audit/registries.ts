/** Several registries in one audit: each in words, with its counts, or why it could not be read. */
import type { RegistryReading } from '../../audit/reading.ts';
import { pluralise } from '../format.ts';
import { usageSentences } from './usage.ts';

/** Which account and Region a repository is in. */
export interface DescribedPlace {
  /** 12 digits; empty if it is not known. */
  readonly account: string;
  readonly region: string;
}

/** One of several registries of an audit. */
export interface DescribedRegistry extends DescribedPlace {
  /** With which credentials it was read, such as `profile prod`. */
  readonly by: string;
  /** Why it could not be read, in a sentence; left out if it could. */
  readonly failure?: string;
  /** How many repositories it has, and how many of them were read. */
  readonly total: number;
  readonly read: number;
  /** How many have no issue. */
  readonly safe: number;
  readonly bytes: number;
  /** US dollars a month, at most. */
  readonly monthlyCost: number;
}

/** `123456789012 in eu-west-1`, or how it was to be read. */
export function registryName({
  account,
  region,
  by,
}: Pick<DescribedRegistry, 'account' | 'region' | 'by'>): string {
  return `${account === '' ? by : account}${region === '' ? '' : ` in ${region}`}`;
}

/** `ECR: 4 registries of 2 accounts in 2 Regions`; accounts that are not known do not count. */
export function registriesTitle(registries: readonly DescribedRegistry[]): string {
  const accounts = new Set(registries.map(({ account }) => account).filter((account) => account !== ''));
  const regions = new Set(registries.map(({ region }) => region).filter((region) => region !== ''));
  const of = accounts.size === 0 ? '' : ` of ${pluralise(accounts.size, 'account', 'accounts')}`;
  return `${pluralise(registries.length, 'ECR registry', 'ECR registries')}${of} in ${pluralise(regions.size, 'Region', 'Regions')}`;
}

/** That registries could not be read, and which: none is left out. */
export function unreadSentences(registries: readonly DescribedRegistry[]): readonly string[] {
  const unread = registries.filter(({ failure }) => failure !== undefined);
  if (unread.length === 0) return [];
  return [
    `Incomplete: ${unread.length} of ${pluralise(registries.length, 'registry', 'registries')} could not be read.`,
    ...unread.map((each) => `Not read: ${registryName(each)}. ${each.failure}`),
  ];
}

/** What is known of use in each of the registries; what is said of all of them once. */
export function usageOfSeveral(registries: readonly RegistryReading[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const registry of registries)
    for (const sentence of usageSentences(registry)) counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
  return [...counts].map(([sentence, count]) =>
    count === registries.length
      ? sentence
      : `In ${count} of ${pluralise(registries.length, 'registry', 'registries')}: ${sentence}`,
  );
}
