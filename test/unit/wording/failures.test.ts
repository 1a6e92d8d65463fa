import { expect, test } from '@jest/globals';
import { PreviewFailed } from '../../../reconcile/guard.ts';
import { explain } from '../../../wording/failures.ts';

test('a defect of the function is not said to be one of ECR', () => {
  expect(explain(new TypeError('x is not a function'))).toBe(
    'The function failed with TypeError: x is not a function.',
  );
  expect(explain(new SyntaxError('Unexpected token x in JSON'))).toBe(
    'The function failed with SyntaxError.',
  );
});

test('a preview that could not be made advises nothing that would be refused without saying what it needs', () => {
  expect(explain(new PreviewFailed('team/orders'))).toBe(
    'ECR could not preview what the lifecycle policy would expire in team/orders, so nothing was changed: deploy again, or set ProtectPulledWithinDays: 0, which needs AllowExpiringImagesInUse: true of the application.',
  );
});
