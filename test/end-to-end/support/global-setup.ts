import { buildApplication, deployApplication } from '../../../local/application.ts';
import { type LocalAws, startLocalAws } from '../../../local/local-aws.ts';
import { startRun } from '../../support/command.ts';
import { eventsScope, keeperScope } from './keeper-scope.ts';

declare global {
  // Jest runs set-up and teardown in one process, but not in the one of the tests.
  var ecrHardeningLocalAws: LocalAws | undefined;
}

/** One local AWS with the application deployed, for all end-to-end tests; its environment becomes the tests'. */
export default async function setUp(): Promise<void> {
  // With the unit tests, it has one already.
  if (process.env.ECR_HARDENING_TEST_RUN === undefined) startRun();
  const aws = await startLocalAws();
  globalThis.ecrHardeningLocalAws = aws;
  Object.assign(process.env, aws.environment);
  await buildApplication();
  await deployApplication(aws, { AlertSeverity: 'HIGH', Keeper: 'Mend', KeeperScope: keeperScope });
  // It reads the environment when it is loaded.
  const { configureVariables } = await import('./keeper.ts');
  await configureVariables('KeeperEventsFunction', { KeeperScope: eventsScope });
}
