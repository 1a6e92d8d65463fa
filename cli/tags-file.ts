/**
 * Where each tag pointed at the last audit, in a file of JSON lines: what has moved since is then seen and not guessed.
 *
 *     {"ecr-hardening":"tags","version":1}
 *     {"arn":"arn:aws:ecr:...","at":1790000000000,"tags":{"v1":"sha256:0123456789ab"},"moved":{"latest":1789000000000}}
 */
import { existsSync, readFileSync } from 'node:fs';
import writeFileAtomic from 'write-file-atomic';
import type { ImageReading, PreviousTags } from '../audit/reading.ts';
import { isObject, type JsonObject, member } from '../core/json.ts';
import { Problem } from '../core/problem.ts';

export interface TagsFile {
  /** What the last audit noted; undefined where it had not seen the repository. */
  earlier(arn: string): PreviousTags | undefined;
  /** Notes where the tags of a repository point now. */
  note(arn: string, images: readonly ImageReading[]): void;
  /** Writes it, whole or not at all; what this audit has not read stays as it was noted before. */
  save(): Promise<void>;
}

const header = JSON.stringify({ 'ecr-hardening': 'tags', version: 1 });
// Enough to tell digests apart, and a fifth of their length.
const digestLength = 'sha256:'.length + 12;

/**
 * @param now milliseconds since 1970
 * @throws Problem when there is a file that is none of these
 */
export function openTagsFile(file: string, now: number): TagsFile {
  // As text until it is asked for: 10,000 repositories have a million tags.
  const lines = new Map<string, string>();
  if (existsSync(file)) {
    const [first, ...rest] = read(file).split('\n');
    if (first?.trim() !== header)
      throw new Problem(`${file} is no file of an earlier audit's tags: name another with --tags-file.`);
    for (const line of rest) {
      const arn = /^\{"arn":"([^"]+)"/.exec(line)?.[1];
      if (arn !== undefined) lines.set(arn, line);
    }
  }
  const earlier = (arn: string): PreviousTags | undefined => {
    const line = lines.get(arn);
    return line === undefined ? undefined : decode(line, file);
  };
  const noted = new Map<string, string>();
  return {
    earlier,
    note(arn, images) {
      const before = earlier(arn);
      const moved = new Map(before?.moved);
      const tags: [string, string][] = [];
      for (const { digest, tags: names } of images)
        for (const tag of names) {
          const was = before?.digests.get(tag);
          if (was !== undefined && !digest.startsWith(was)) moved.set(tag, now);
          tags.push([tag, digest.slice(0, digestLength)]);
        }
      noted.set(
        arn,
        JSON.stringify({ arn, at: now, tags: Object.fromEntries(tags), moved: Object.fromEntries(moved) }),
      );
    },
    async save() {
      const all = new Map([...lines, ...noted]);
      try {
        await writeFileAtomic(file, `${[header, ...all.values()].join('\n')}\n`);
      } catch (error) {
        throw new Problem(
          `${file} could not be written (${messageOf(error)}): name another with --tags-file.`,
        );
      }
    },
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Problem(`${file} could not be read (${messageOf(error)}): name another with --tags-file.`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function decode(line: string, file: string): PreviousTags {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined; // told below
  }
  if (!isObject(value))
    throw new Problem(`${file} has a line that is damaged: delete it, or name another with --tags-file.`);
  return {
    at: Number(member(value, 'at')),
    digests: new Map(entriesOf(value, 'tags').map(([tag, digest]) => [tag, String(digest)])),
    moved: new Map(entriesOf(value, 'moved').map(([tag, at]) => [tag, Number(at)])),
  };
}

function entriesOf(object: JsonObject, key: string): [string, unknown][] {
  const value = member(object, key);
  return isObject(value) ? Object.entries(value) : [];
}
