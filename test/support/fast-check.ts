/**
 * fast-check, from the same seed where CI is set, so that a build fails for a change of the code, and from a new one
 * everywhere else. PROPERTY_SEED sets another.
 */
import fc from 'fast-check';

const seedOfBuilds = 1_855_205_448;
const { CI, PROPERTY_SEED = CI ? seedOfBuilds : undefined } = process.env;
if (PROPERTY_SEED !== undefined) fc.configureGlobal({ seed: Number(PROPERTY_SEED) });

export default fc;
