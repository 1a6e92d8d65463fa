// The library that sorts the table of the page, as text: SAM's build of the keeper reads it in place of the name in
// script.ts (template.yaml, Inject and Loader), as tools/build-cli.mjs defines it for the command.

import keyboard from 'sortable-tablesort/dist/sortable.a11y.min.js';
import sortable from 'sortable-tablesort/dist/sortable.min.js';

export const ECR_HARDENING_SORT_SCRIPT = `${sortable}\n${keyboard}`;
