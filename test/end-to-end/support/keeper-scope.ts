/** The repositories that the application of the tests sweeps (global-setup.ts): those of no other test. */
export const keeperScope = 'keeper/*,!keeper/out/*';
