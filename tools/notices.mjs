// The licences of the packages in a bundle: most of them ask that their notice goes with every copy.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The notices of the packages that files belong to, in their order by name; each text once.
 *
 * @param {readonly string[]} files of a bundle, as its metafile has them
 * @param {string} root the folder with node_modules
 * @throws {Error} if a package has neither a licence file nor the name of a licence
 */
export function notices(files, root) {
  const folders = [...new Set(files.flatMap(packageFolder))].sort();
  /** @type {Map<string, string[]>} */
  const byText = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const text = licenceText(join(root, folder)) ?? byName(license);
    if (text === undefined) throw new Error(`${name} has no licence that could go with the bundle`);
    const title = `${name} ${version} (${license})`;
    byText.set(text, [...(byText.get(text) ?? []), title]);
  }
  const texts = withTermsOnce([...byText.keys()]);
  const parts = [...byText.values()].map(
    (titles, index) => `${[...new Set(titles)].join('\n')}\n\n${texts[index]}\n`,
  );
  return ['This package contains these packages:\n', ...parts].join(`\n${'-'.repeat(80)}\n\n`);
}

/** Terms that many packages have in common, without the copyright line above them. */
const commonTerms = [
  /TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION[\s\S]*any\s+such\s+warranty\s+or\s+additional\s+liability\./,
  /Permission is hereby granted, free of charge[\s\S]*DEALINGS IN\s+THE\s+SOFTWARE\./i,
  /Permission to use, copy, modify, and(?:\/or)? distribute[\s\S]*PERFORMANCE\s+OF\s+THIS\s+SOFTWARE\./i,
];

/**
 * The terms of common licences once: their copies differ in their copyright line alone, which stays.
 *
 * @param {readonly string[]} texts
 * @returns {readonly string[]}
 */
function withTermsOnce(texts) {
  /** @type {Set<string>} */
  const seen = new Set();
  return texts.map((text) =>
    commonTerms.reduce((shown, terms) => {
      const found = terms.exec(shown)?.[0].replace(/\s+/g, ' ');
      if (found === undefined) return shown;
      if (seen.has(found)) return shown.replace(terms, '(the same terms and conditions as above)');
      seen.add(found);
      return shown;
    }, text),
  );
}

/**
 * The folder of the package that a file belongs to; none for files of this project.
 *
 * @param {string} file
 * @returns {string[]}
 */
function packageFolder(file) {
  const found = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file.replaceAll('\\', '/'));
  return found === null ? [] : [found[0]];
}

/** @param {string} folder */
function licenceText(folder) {
  const found = readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => /^(licen[cs]e|copying|notice)/i.test(name))
    .flatMap((each) =>
      each.isDirectory()
        ? readdirSync(join(folder, each.name)).map((name) => join(each.name, name))
        : [each.name],
    );
  const texts = found.sort().map((name) => readFileSync(join(folder, name), 'utf8').trim());
  return texts.length === 0 ? undefined : texts.join('\n\n');
}

/**
 * For a package that only names its licence.
 *
 * @param {unknown} license
 */
function byName(license) {
  return typeof license === 'string' ? `Licence: ${license}` : undefined;
}
