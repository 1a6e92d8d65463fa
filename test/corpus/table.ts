/** `npm run corpus`: prints how each repository of the corpus stood before the macro and stands after it. */
import { type Judgement, judgeCorpus } from './support/judgement.ts';

const controls = [
  ['tags', 'TagImmutability'],
  ['scanOnPush', 'ScanOnPush'],
  ['lifecycle', 'LifecyclePolicy'],
] as const;

const { judgements, refused } = judgeCorpus();
const width = Math.max(...judgements.map((judgement) => name(judgement).length));
console.log(`${'repository'.padEnd(width)}  tags            scan on push    lifecycle`);
for (const judgement of judgements)
  console.log(
    `${name(judgement).padEnd(width)}  ${controls.map((control) => cell(judgement, control).padEnd(16)).join('')}`.trimEnd(),
  );
for (const [file, reason] of refused) console.log(`\n${file.slice(0, width)}\n  ${reason}`);

const safe = (when: 'before' | 'after') =>
  judgements.filter((judgement) => controls.every(([key]) => judgement[when][key])).length;
console.log(
  `\n${judgements.length} repositories: all three safe before ${safe('before')}, after ${safe('after')}; ${refused.size} files refused.`,
);

function name({ file, logicalId }: Judgement): string {
  return `${file.slice(0, 50)} ${logicalId}`;
}

function cell(
  { before, after, authors, undetermined }: Judgement,
  [key, control]: (typeof controls)[number],
): string {
  if (undetermined.includes(control)) return 'undetermined';
  if (before[key]) return 'safe';
  if (after[key]) return 'made safe';
  return authors[key] ?? 'UNSAFE';
}
