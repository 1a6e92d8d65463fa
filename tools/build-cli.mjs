// Bundles the terminal's commands into dist/: the package's bin, and beside it the audit with its AWS clients and charts,
// which the other commands would only parse in vain.
import { chmodSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const dist = join(root, 'dist');
const bin = join(dist, 'ecr-hardening.cjs');

const shared = {
  bundle: true,
  platform: 'node',
  // CommonJS starts faster than modules do.
  format: 'cjs',
  target: 'node20',
  minify: true,
  mainFields: ['module', 'main'],
  legalComments: 'none',
  define: {
    ECR_HARDENING_VERSION: JSON.stringify(version),
    // A library makes its own require from it.
    'import.meta.url': 'bundleUrl',
    'import.meta.dirname': '__dirname',
  },
  banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
};
const auditBeside = {
  name: 'audit-beside',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/commands\/audit\.ts$/ }, () => ({ path: './audit.cjs', external: true }));
  },
};

// The page of the audit carries the library that sorts its table.
const sortScript = ['sortable.min.js', 'sortable.a11y.min.js']
  .map((file) => readFileSync(join(root, 'node_modules', 'sortable-tablesort', 'dist', file), 'utf8'))
  .join('\n');

await Promise.all([
  build({ ...shared, entryPoints: [join(root, 'cli', 'main.ts')], outfile: bin, plugins: [auditBeside] }),
  build({
    ...shared,
    entryPoints: [join(root, 'cli', 'commands', 'audit.ts')],
    define: { ...shared.define, ECR_HARDENING_SORT_SCRIPT: JSON.stringify(sortScript) },
    outfile: join(dist, 'audit.cjs'),
  }),
]);
chmodSync(bin, 0o755);
