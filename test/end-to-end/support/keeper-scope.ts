/** The repositories that the application of the tests sweeps (global-setup.ts): those of no other test. */
export const keeperScope = 'keeper/*,!keeper/out/*';

/** The repositories of which the keeper acts on events: the tests that share an AWS have none of them. */
export const eventsScope = 'keeper-events/*';
