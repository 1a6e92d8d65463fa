/** Tags whose names suggest that they move from build to build. Pure. */

/** Environments: the tag is the image that is deployed there. A number may follow, as in `qa2`. */
const environments = words(`
  dev devel development develop test tst testing qa qc uat acc acpt acceptance sit integ integration preprod preproduction ppe
  stg stag stage staging prod prd production live demo sandbox sbx perf dr nonprod hml homolog`);

/** What is built last of a line of builds, and the branches that are built continuously. */
const pointers = words(`latest stable edge nightly canary main master trunk`);

/** Names that move alone, and are ordinary words or parts of a version in longer tags, such as `release-2024` and `1.0-rc1`. */
const alone = words(`
  alpha beta rc int pre next preview snapshot head tip current newest active default release candidate prerelease
  weekly daily lts hotfix ci cache buildcache build-cache pre-prod pre-production non-prod dev-test`);

// Parts that identify no build although they have digits.
const platform = /^(amd|arm|x|i|s)\d+\w*$|^(ppc64le|riscv64|x86|64)$|^v[5-8]$/;
const awsRegion = /\b[a-z]{2}(-(gov|iso\w?))?-(north|south|east|west|central){1,2}-\d\b/g;

/**
 * Whether a tag usually moves by its name: `latest`, `stg`, `api-prod`, `stable-alpine`, `1.x`, `1.2-SNAPSHOT`.
 * A tag with a number, date or commit, such as `release-2024` or `dev-3f2a91c`, identifies a build instead.
 */
export function isMovingName(tag: string): boolean {
  const name = tag.toLowerCase();
  if (alone.has(name) || isPointer(name)) return true;
  if (/^v?\d+(\.\d+)?\.x$/.test(name) || /^v?\d[\d.]*-snapshot$/.test(name)) return true;
  // Where only a Region is left, it is one of several environments.
  const parts = name.replace(awsRegion, 'region').split(/[-_.]/);
  if (parts.length === 1) return false;
  // Of Python 3.12 or of version 2, `latest` is still the last one.
  if (parts.includes('latest')) return !parts.some(isBuild);
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  return (isPointer(first) || isPointer(last)) && parts.every((part) => isPointer(part) || isWord(part));
}

function isPointer(word: string): boolean {
  return pointers.has(word) || environments.has(word.replace(/\d{1,2}$/, ''));
}

/** A word, or a platform: no number of a build and no commit. */
function isWord(part: string): boolean {
  return platform.test(part) || (/^[a-z]+$/.test(part) && !isBuild(part));
}

/** A date, a long number or (the beginning of) a commit. */
function isBuild(part: string): boolean {
  return /^\d{4,}$|^g?[\da-f]{7,40}$/.test(part);
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
