// The table of findings in a job's summary, as Markdown.

/** A summary may have 1 MiB (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands). */
const maxRows = 200;

/**
 * @typedef {{ readonly file: string, readonly line: number, readonly level: string, readonly control: string,
 *   readonly place: string, readonly message: string }} Finding
 */

/**
 * @param {readonly Finding[]} findings
 * @param {number} code the command's exit code; 2 means that something was not done, such as a template not read
 */
export function summaryOf(findings, code) {
  const counted = findings.filter(({ level }) => level !== 'note');
  const incomplete = code === 2 ? 'The check is not complete: the log says what is missing.' : '';
  const title = `### EcrHardening: ${counted.length} ${counted.length === 1 ? 'finding' : 'findings'}\n\n`;
  if (counted.length === 0) return `${title}${incomplete || 'No unsafe settings were found.'}\n`;
  const rows = counted
    .slice(0, maxRows)
    .map(
      ({ file, line, level, control, place, message }) =>
        `| ${[`${file}:${line}`, level, control, place, message].map(cell).join(' | ')} |\n`,
    );
  const rest = counted.length - rows.length;
  const more = rest > 0 ? `\n${rest} more are in the SARIF report.\n` : '';
  const head = '| file | level | control | property | finding |\n|---|---|---|---|---|\n';
  return `${title}${head}${rows.join('')}${more}${incomplete === '' ? '' : `\n${incomplete}\n`}`;
}

/** Text of a template as text, whatever signs of Markdown or HTML are in it. @param {string} text */
function cell(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~>@$]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replaceAll(/\s+/g, ' ');
}
