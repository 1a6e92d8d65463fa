/** How the page looks: light and dark, on a phone and on paper. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --raised: #f6f8fa; --ink: #1b1f24; --quiet: #57606a; --line: #d0d7de;
  --bar: #0b6bcb; --good: #1a7f37; --warn: #8a5a00; --bad: #c0262d; --link: #0b6bcb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --raised: #161b22; --ink: #e6edf3; --quiet: #9ea7b3; --line: #30363d;
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
figure svg { width: 100%; height: auto; display: block; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums; }
.hint { color: var(--quiet); margin: -.25rem 0 .75rem; max-width: 60rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem; border-top: 1px solid var(--line); }
thead th { background: var(--raised); white-space: nowrap; cursor: pointer; position: sticky; top: 0; }
thead th:focus-visible { outline: 2px solid var(--link); outline-offset: -2px; }
thead th::after { content: "\\2195"; color: var(--quiet); margin-left: .35em; font-weight: 400; }
thead th[aria-sort="ascending"]::after { content: "\\2191"; color: var(--ink); }
thead th[aria-sort="descending"]::after { content: "\\2193"; color: var(--ink); }
.number { text-align: right; white-space: nowrap; }
td:first-child { min-width: 12rem; overflow-wrap: anywhere; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); font-weight: 600; }
.unknown { color: var(--quiet); font-style: italic; }
summary { cursor: pointer; font-weight: 600; }
details ul { margin: .4rem 0 .2rem; padding-left: 1.1rem; width: min(40rem, 75vw); white-space: normal; }
details li { margin: .2rem 0; }
footer { margin-top: 3rem; color: var(--quiet); font-size: .85rem; }
@media print {
  :root { --paper: #fff; --raised: #fff; --ink: #000; --quiet: #444; --line: #999; --bar: #444; --good: #000; --warn: #000; --bad: #000; }
  body { padding: 0; max-width: none; font-size: 9pt; }
  .scroll { overflow: visible; border: 0; }
  .charts { grid-template-columns: 1fr 1fr; gap: .5rem; }
  table { font-size: 7.5pt; }
  th, td { padding: .15rem .3rem; }
  td:first-child { min-width: 0; }
  details ul { width: auto; }
  thead { display: table-header-group; }
  thead th { position: static; white-space: normal; }
  thead th::after { content: none; }
  tr { break-inside: avoid; }
}
`;
