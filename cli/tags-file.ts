/**
 * The digest of each tag at the last audit, in a file of JSON lines: the next audit then sees which tags have moved.
 *
 *     {"ecr-hardening":"tags","version":1}
 *     {"arn":"arn:aws:ecr:...","at":1790000000000,"since":1789000000000,"tags":{"v1":"sha256:0123456789ab"},"moved":{"latest":1789000000000}}
 */
import { existsSync, readFileSync } from 'node:fs';
import type { ImageReading, PreviousTags, RepositoryReading } from '../audit/reading.ts';
import { isObject, type Json, type JsonObject, member, numberOf, textOf } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { whyUnwritten } from './unwritten.ts';
import { writeText } from './write-file.ts';

/** Which repository: one that was deleted and created again is another one. */
export type AuditedRepository = Pick<RepositoryReading, 'arn' | 'createdAt'>;

export interface TagsFile {
  /** The tags at the last audit; undefined if it had not read the repository, or another one of the same name. */
  previous(repository: AuditedRepository): PreviousTags | undefined;
  /** Records the tags of a repository as they are now. */
  record(repository: AuditedRepository, images: readonly ImageReading[]): void;
  /** Writes the file atomically; repositories that this audit has not read keep their earlier record. */
  save(): void;
}

const header = JSON.stringify({ 'ecr-hardening': 'tags', version: 1 });
// Enough to distinguish digests, in a fifth of their length.
const digestLength = 'sha256:'.length + 12;

/**
 * @param now milliseconds since 1970
 * @throws Problem when the file is not a tags file
 */
export function openTagsFile(file: string, now: number): TagsFile {
  const lines = readLines(file);
  // A line that cannot be read costs what the last audit knew of one repository, and not this audit.
  const previous = ({ arn, createdAt }: AuditedRepository): PreviousTags | undefined => {
    const line = lines.get(arn);
    const found = line === undefined ? undefined : decode(line);
    return found !== undefined && found.at >= createdAt ? found : undefined;
  };
  const recorded = new Map<string, string>();
  return {
    previous,
    record(repository, images) {
      recorded.set(repository.arn, encode(repository.arn, images, previous(repository), now));
    },
    save() {
      const all = new Map([...lines, ...recorded]);
      try {
        writeText(file, `${[header, ...all.values()].join('\n')}\n`);
      } catch (error) {
        throw new Problem(
          `${file} could not be written (${whyUnwritten(error)}): specify another file with --tags-file.`,
        );
      }
    },
  };
}

/** By ARN. They stay text until they are needed: 10,000 repositories have a million tags. */
function readLines(file: string): Map<string, string> {
  const lines = new Map<string, string>();
  if (!existsSync(file)) return lines;
  const [first, ...rest] = read(file).split('\n');
  if (first?.trim() !== header)
    throw new Problem(
      `${file} is not a tags file of an earlier audit: specify another file with --tags-file.`,
    );
  for (const line of rest) {
    const arn = /^\{"arn":"([^"]+)"/.exec(line)?.[1];
    if (arn !== undefined) lines.set(arn, line);
  }
  return lines;
}

function encode(
  arn: string,
  images: readonly ImageReading[],
  before: PreviousTags | undefined,
  now: number,
): string {
  const moved = new Map(before?.moved);
  const tags: [string, string][] = [];
  for (const { digest, tags: names } of images)
    for (const tag of names) {
      const previous = before?.digests.get(tag);
      if (previous !== undefined && !digest.startsWith(previous)) moved.set(tag, now);
      tags.push([tag, digest.slice(0, digestLength)]);
    }
  return JSON.stringify({
    arn,
    at: now,
    since: before?.since ?? now,
    tags: Object.fromEntries(tags),
    moved: Object.fromEntries(moved),
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Problem(
      `${file} could not be read (${messageOf(error)}): specify another file with --tags-file.`,
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function decode(line: string): PreviousTags | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const at = numberOf(member(value, 'at'));
  if (!Number.isFinite(at)) return undefined;
  return {
    at,
    // Of version 0.2.0 without it.
    since: numberOf(member(value, 'since') ?? at),
    digests: new Map(entriesOf(value, 'tags').map(([tag, digest]) => [tag, textOf(digest)])),
    moved: new Map(entriesOf(value, 'moved').map(([tag, at]) => [tag, numberOf(at)])),
  };
}

function entriesOf(object: JsonObject, key: string): [string, Json][] {
  const value = member(object, key);
  return isObject(value) ? Object.entries(value) : [];
}
