/** The repositories that the application of the tests sweeps (global-setup.ts): those of no other test. */
export const keeperScope = 'keeper/*,!keeper/out/*';

/** The repositories of which the keeper acts on events, which the other tests do not have. */
export const eventsScope = 'keeper-events/*';
