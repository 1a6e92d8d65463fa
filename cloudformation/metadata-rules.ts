/** What reads and writes the Metadata of ours that some resources have, and the tag of an exemption. */
import { addExemptionTag } from './exemption-tag.ts';
import { readRules } from './read-rules.ts';
import { withReport } from './report.ts';

export const metadataRules = { readRules, addExemptionTag, withReport };
