/** The page's table of the registries, where it is of several: what each has, or why it could not be read. Pure. */
import type { DescribedRegistry } from '../../wording/audit/registries.ts';
import { formatBytes, formatMoney, pluralise } from '../../wording/format.ts';
import { toHtml } from './to-html.ts';

/** A line for each registry, and their total. */
export function registryTable(registries: readonly DescribedRegistry[]): string {
  const sum = (value: (registry: DescribedRegistry) => number) =>
    registries.reduce((before, registry) => before + value(registry), 0);
  const total = numbers({
    total: sum((each) => each.total),
    safe: sum((each) => each.safe),
    read: sum((each) => each.read),
    bytes: sum((each) => each.bytes),
    monthlyCost: sum((each) => each.monthlyCost),
  });
  return `<h2>Accounts and Regions</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Accounts and Regions"><table class="registries">
<caption>${pluralise(registries.length, 'registry', 'registries')}, one for each row</caption>
<thead><tr><th scope="col">Account</th><th scope="col">Region</th><th scope="col" class="n">Repositories</th><th scope="col" class="n">Safe</th><th scope="col" class="n">Not safe</th><th scope="col" class="n">Size</th><th scope="col" class="n">$/month</th></tr></thead>
<tbody>
${registries.map(rowOf).join('\n')}
</tbody>
<tfoot><tr><th scope="row" colspan="2">Total</th>${total}</tr></tfoot>
</table></div>
`;
}

function rowOf(registry: DescribedRegistry): string {
  const { account, region, by, failure } = registry;
  const place = `<td title="${toHtml(by)}">${toHtml(account === '' ? by : account)}</td><td class="date">${toHtml(region)}</td>`;
  const rest =
    failure === undefined
      ? numbers(registry)
      : `<td colspan="5" class="bad">Not read: ${toHtml(failure)}</td>`;
  return `<tr>${place}${rest}</tr>`;
}

function numbers({
  total,
  safe,
  read,
  bytes,
  monthlyCost,
}: Pick<DescribedRegistry, 'total' | 'safe' | 'read' | 'bytes' | 'monthlyCost'>): string {
  return [
    total.toLocaleString('en'),
    safe.toLocaleString('en'),
    (read - safe).toLocaleString('en'),
    formatBytes(bytes),
    formatMoney(monthlyCost),
  ]
    .map((text) => `<td class="n">${toHtml(text)}</td>`)
    .join('');
}
