import { expect, test } from '@jest/globals';
import { portReason } from '../../../local/local-aws.ts';

test.each([
  [80, 'EACCES', /^Port 80 needs the rights of an administrator: /],
  [4566, 'EADDRINUSE', /^Port 4566 is in use: /],
  [4566, 'EPERM', /^Port 4566 cannot be opened: no\. /],
  [undefined, 'EADDRNOTAVAIL', /^No port of 127\.0\.0\.1 can be opened: no\.$/],
])('why port %s is refused with %s is its own reason', (port, code, reason) => {
  expect(portReason(port, Object.assign(new Error('no'), { code }))).toMatch(reason);
});
