/**
 * What a `Custom::EcrSettings` remembers about a repository, in the repository's own tags: there it outlives the
 * function, an operator can read it, and it costs no server. Pure.
 *
 *     ecr-hardening:holder   the physical id of the resource that holds the repository
 *     ecr-hardening:found    what the repository was set to before any of these resources changed it
 *     ecr-hardening:before   what it was set to before the holder's last change; and by which properties
 *     ecr-hardening:set      what the holder has set; and by which properties
 *     ecr-hardening:from     the holder from which it was taken over, for as long as that one is not deleted
 *     ecr-hardening:taken    what the repository was set to when it was taken over; goes with `from`
 *     ecr-hardening:earlier  what that holder had set; goes with `from`
 *     ecr-hardening:own      what the holder itself found, where it took over from another stack
 *
 * What is longer than a tag goes on in `ecr-hardening:found.2` and so on.
 */
import { isMutability } from '../../core/settings/tag-mutability.ts';
import { fingerprint } from './fingerprint.ts';
import type { Settled } from './settled.ts';

export interface Memory {
  readonly holder: string;
  readonly found: Settled;
  readonly before: Settled;
  /** The fingerprint of the properties that had led to `before`, or of the Create that came upon it. */
  readonly beforeBy: string | undefined;
  readonly set: Settled;
  /** The fingerprint of the properties by which it was set. */
  readonly setBy: string | undefined;
  readonly from: { readonly holder: string; readonly taken: Settled; readonly set: Settled } | undefined;
  readonly own: Settled | undefined;
}

const prefix = 'ecr-hardening:';
const ours = /^ecr-hardening:(holder|found|before|set|from|taken|earlier|own)(\.\d+)?$/;
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html
const mostCharacters = 256;

/** The resource that a physical id names, as a tag can hold it; the stack's hash at its end stays. */
export function holderOf(physicalId: string): string {
  if (/^[\w.:/=+@-]{1,256}$/.test(physicalId)) return physicalId;
  return `ecr-settings-${fingerprint(physicalId)}${stackOf(physicalId) ?? ''}`;
}

/** Whether two holders are resources of one stack: the stack's hash ends the physical id. */
export function isSameStack(one: string, other: string): boolean {
  return stackOf(one) !== undefined && stackOf(one) === stackOf(other);
}

function stackOf(id: string): string | undefined {
  return /-[0-9a-f]{12}$/.exec(id)?.[0];
}

/** The holder that tags name, also where the rest of the memory was damaged. */
export function holderIn(tags: ReadonlyMap<string, string>): string | undefined {
  return tags.get(`${prefix}holder`);
}

/** The keys of those tags that are a memory's. */
export function memoryKeys(tags: ReadonlyMap<string, string>): readonly string[] {
  return [...tags.keys()].filter((key) => ours.test(key));
}

/** A memory as tags. */
export function encodeMemory(memory: Memory): ReadonlyMap<string, string> {
  const { holder, found, before, beforeBy, set, setBy, from, own } = memory;
  const texts: readonly (readonly [string, string | undefined])[] = [
    ['holder', holder],
    ['found', encode(found)],
    ['before', encode(before, beforeBy)],
    ['set', encode(set, setBy)],
    ['from', from?.holder],
    ['taken', from === undefined ? undefined : encode(from.taken)],
    ['earlier', from === undefined ? undefined : encode(from.set)],
    ['own', own === undefined ? undefined : encode(own)],
  ];
  const tags = new Map<string, string>();
  for (const [name, text] of texts)
    for (let piece = 1, rest = text ?? ''; rest !== ''; piece += 1, rest = rest.slice(mostCharacters))
      tags.set(`${prefix}${name}${piece === 1 ? '' : `.${piece}`}`, rest.slice(0, mostCharacters));
  return tags;
}

/** The memory in a repository's tags; undefined where there is none, or what is there was damaged. */
export function decodeMemory(tags: ReadonlyMap<string, string>): Memory | undefined {
  const holder = holderIn(tags);
  const found = decode(tags, 'found');
  const before = decode(tags, 'before');
  const set = decode(tags, 'set');
  if (holder === undefined || found === undefined || before === undefined || set === undefined)
    return undefined;
  return {
    holder,
    found: found.settled,
    before: before.settled,
    beforeBy: before.by,
    set: set.settled,
    setBy: set.by,
    from: readFrom(tags),
    own: decode(tags, 'own')?.settled,
  };
}

function readFrom(tags: ReadonlyMap<string, string>): Memory['from'] {
  const holder = tags.get(`${prefix}from`);
  const taken = decode(tags, 'taken')?.settled;
  const set = decode(tags, 'earlier')?.settled;
  return holder === undefined || taken === undefined || set === undefined
    ? undefined
    : { holder, taken, set };
}

/** The keys of those tags that speak of an earlier holder. */
export function takeOverKeys(tags: ReadonlyMap<string, string>): readonly string[] {
  return memoryKeys(tags).filter((key) => /^(from|taken|earlier)(\.|$)/.test(key.slice(prefix.length)));
}

/** Such as `IMMUTABLE_WITH_EXCLUSION:latest:dev-+/scan=on/lifecycle=none.`: a tag's value takes no `*`. */
function encode({ tagMutability, scanOnPush, lifecycle }: Settled, by?: string): string {
  const tags = [tagMutability.mutability, ...tagMutability.exclusions].join(':').replaceAll('*', '+');
  const scan = scanOnPush ? 'on' : 'off';
  return `${tags}/scan=${scan}/lifecycle=${lifecycle ?? 'untouched'}${by === undefined ? '' : `/by=${by}`}.`;
}

const grammar =
  /^([A-Z_]+)((?::[0-9A-Za-z._+-]+)*)\/scan=(on|off)\/lifecycle=([0-9a-z]+)(?:\/by=([0-9a-f]+))?\.$/;

function decode(
  tags: ReadonlyMap<string, string>,
  name: string,
): { readonly settled: Settled; readonly by: string | undefined } | undefined {
  let text = '';
  for (let piece = 1; ; piece += 1) {
    const part = tags.get(`${prefix}${name}${piece === 1 ? '' : `.${piece}`}`);
    if (part === undefined) return undefined;
    text += part;
    const [, mutability, exclusions = '', scan, lifecycle, by] = grammar.exec(text) ?? [];
    // A longer memory that was there before may have left pieces behind the full stop.
    if (!isMutability(mutability)) continue;
    return {
      settled: {
        tagMutability: {
          mutability,
          exclusions: exclusions.replaceAll('+', '*').split(':').slice(1),
        },
        scanOnPush: scan === 'on',
        lifecycle: lifecycle === 'untouched' ? undefined : lifecycle,
      },
      by,
    };
  }
}
