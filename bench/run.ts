/**
 * `npm run bench`: every benchmark, or those that are named (`npm run bench -- fleet macro`), one after the other, and one
 * table at the end. It fails where a figure is over its budget. `--largest` adds the sizes that take minutes.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { benchmarks } from './benchmarks.ts';
import { type Row, tableOf } from './rows.ts';

const { named, options } = argumentsOf(process.argv.slice(2));
const rows: Row[] = [];
for (const name of named) {
  console.log(`\n${name}`);
  const child = fork(join(import.meta.dirname, `${name}.ts`), [...options]);
  child.on('message', ({ row }: { readonly row: Row }) => {
    rows.push(row);
    console.log(`  ${row.what}: ${row.value}${row.isOver ? ' NOT KEPT' : ''}`);
  });
  // The last rows may arrive after its end.
  const [[status]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  if (status !== 0) process.exitCode = 1;
  // It has thrown, or says itself what is wrong.
  if (status !== 0 && !rows.some(({ isOver }) => isOver)) console.log(`  ${name} ended with ${status}`);
}
console.log(`\n${tableOf(rows).join('\n')}`);

function argumentsOf(args: readonly string[]) {
  const names = args.filter((each) => !each.startsWith('--'));
  const unknown = names.filter((name) => !benchmarks.some((each) => each === name));
  if (unknown.length > 0)
    throw new Error(`no benchmark ${unknown.join(', ')}: there are ${benchmarks.join(', ')}`);
  return {
    named: names.length === 0 ? benchmarks : benchmarks.filter((name) => names.includes(name)),
    options: args.filter((each) => each.startsWith('--')),
  };
}
