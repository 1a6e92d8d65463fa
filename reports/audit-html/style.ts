/** The page's style: light and dark, on a phone and on paper. */
import { maxRowsShown } from './row-limit.ts';

export const style = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --raised: #f6f8fa; --ink: #1b1f24; --quiet: #57606a; --line: #d0d7de; --edge: #7d8590;
  --bar: #0b6bcb; --good: #1a7f37; --warn: #8a5a00; --bad: #c0262d; --link: #0b6bcb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --raised: #161b22; --ink: #e6edf3; --quiet: #9ea7b3; --line: #30363d; --edge: #768390;
    --bar: #4c9ff0; --good: #4ac26b; --warn: #e3b341; --bad: #ff7b72; --link: #4c9ff0;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 108rem; padding: 2rem 1.5rem 4rem; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
.about { color: var(--quiet); margin: .25rem 0 1.5rem; }
.lead { font-size: 1.15rem; font-weight: 600; margin: 0 0 .5rem; }
.summary { background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.25rem; max-width: 60rem; }
.summary p { margin: 0 0 .35rem; } .summary p:last-child { margin: 0; }
.alarm { border-left: 4px solid var(--bad); padding: .5rem 1rem; background: var(--raised); margin: 1rem 0; font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1.25rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; padding: .75rem 1rem; background: var(--paper); break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: .25rem; }
figure svg { width: 100%; max-width: 40rem; height: auto; display: block; }
figure text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
figure .narrow { display: none; }
.key { margin: .25rem 0 0; color: var(--quiet); font-size: .85rem; }
a { color: var(--link); }
.tools { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; margin: 0 0 .75rem; }
.tools:empty, [hidden] { display: none !important; }
input[type="search"] { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--edge); border-radius: 6px; padding: .3rem .6rem; width: min(18rem, 60vw); }
output { color: var(--quiet); }
caption { text-align: left; padding: .45rem .6rem; color: var(--quiet); }
table:not(.filtered) tbody tr:nth-child(n+${maxRowsShown + 1}), tr.rest { display: none; }
main:has(#all:checked) tbody tr { display: table-row; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; container-type: inline-size; }
table { border-collapse: collapse; width: 100%; font-size: .8rem; font-variant-numeric: tabular-nums; }
.hint { color: var(--quiet); margin: -.25rem 0 .75rem; max-width: 60rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .4rem; border-top: 1px solid var(--line); }
thead th { background: var(--raised); vertical-align: bottom; padding-right: .95rem; cursor: pointer; position: sticky; top: 0; }
thead th:focus-visible { outline: 2px solid var(--link); outline-offset: -2px; }
thead th::after { content: "\\2195"; position: absolute; right: .15rem; bottom: .5rem; color: var(--quiet); font-size: .8em; font-weight: 400; }
thead th[aria-sort="ascending"]::after { content: "\\2191"; color: var(--ink); font-weight: 700; }
thead th[aria-sort="descending"]::after { content: "\\2193"; color: var(--ink); font-weight: 700; }
.n { text-align: right; } td.n { white-space: nowrap; }
td { overflow-wrap: anywhere; }
table.registries { width: auto; min-width: min(100%, 48rem); } table.registries td:nth-child(n) { min-width: 0; } table.registries td:nth-child(1) { white-space: nowrap; }
table.registries thead th { cursor: auto; padding-right: .4rem; position: static; } table.registries thead th::after { content: none; }
tfoot th, tfoot td { font-weight: 600; background: var(--raised); }
td:nth-child(1) { min-width: 11.5rem; } td:nth-child(2) { min-width: 7rem; } td:nth-child(3), td:last-child { min-width: 6rem; }
td:nth-child(n+4):not(:last-child) { overflow-wrap: normal; }
.date { white-space: nowrap; }
tr.more td { border-top: 0; padding-top: 0; }
/* As wide as what is seen of the table, wherever it is scrolled to. */
tr.more ul { margin: 0 0 .4rem; padding-left: 2.2rem; width: min(60rem, 100cqi - 1rem); position: sticky; left: .4rem; overflow-wrap: anywhere; }
.unknown a { font-size: .75em; font-style: normal; vertical-align: super; margin-left: .15em; }
.reasons li:target { outline: 2px solid var(--link); outline-offset: 3px; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); font-weight: 600; }
.unknown { color: var(--quiet); font-style: italic; }
summary { cursor: pointer; font-weight: 600; }
details ul { margin: .4rem 0 .2rem; padding-left: 1.1rem; }
li { margin: .2rem 0; }
footer { margin-top: 3rem; color: var(--quiet); font-size: .85rem; }
@media (min-width: 80rem) {
  /* The table fits, so its heading stays visible while the page scrolls. */
  .scroll:not(.several, .swept) { overflow: visible; }
}
/* With the columns of several registries, or of a sweep, it fits later; with those of both the latest. */
@media (min-width: 92rem) {
  .scroll:not(.several.swept) { overflow: visible; }
}
@media (min-width: 106rem) {
  .scroll { overflow: visible; }
}
@media (max-width: 40rem) {
  body { padding: 1.25rem .9rem 3rem; }
  tr.more ul { padding-left: 1.2rem; }
  figure .wide { display: none; } figure .narrow { display: block; }
}
@media print {
  @page { size: landscape; margin: 12mm 10mm; }
  figure { padding: .4rem .5rem; }
  :root { --paper: #fff; --raised: #fff; --ink: #000; --quiet: #444; --line: #999; --link: #000; --bar: #444; --good: #000; --warn: #000; --bad: #000; }
  body { padding: 0; max-width: none; font-size: 9pt; }
  .scroll { overflow: visible; border: 0; container-type: normal; }
  .charts { grid-template-columns: 1fr 1fr; gap: .5rem; }
  .key { font-size: 8pt; }
  table { font-size: 7.5pt; }
  th, td { padding: .15rem .3rem; }
  td:nth-child(n) { min-width: 0; } td:nth-child(1) { min-width: 7.5rem; } td:nth-child(2), td:nth-child(3) { min-width: 4rem; }
  tbody tr:nth-child(n) { display: table-row !important; }
  tr[hidden]:nth-child(n), .tools { display: none !important; }
  figure .wide { display: block; } figure .narrow { display: none; }
  thead { display: table-header-group; }
  thead th { position: static; white-space: normal; }
  thead th:nth-child(n)::after, thead th[aria-sort]::after { content: none; }
  tr { break-inside: avoid; }
  tr.more ul { position: static; width: auto; }
}
`;
