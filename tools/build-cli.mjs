// Bundles the terminal's commands into one file, dist/ecr-hardening.cjs: the package's bin.
import { chmodSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const outfile = join(root, 'dist', 'ecr-hardening.cjs');

buildSync({
  entryPoints: [join(root, 'cli', 'main.ts')],
  outfile,
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
  },
  banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
});
chmodSync(outfile, 0o755);
