/** From which level on findings fail a command. */
export const failOns = ['warning', 'error', 'never'] as const;
export type FailOn = (typeof failOns)[number];
