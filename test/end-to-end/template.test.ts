import { expect, test } from '@jest/globals';
import { runSam } from '../../local/sam.ts';

test('sam validate --lint finds nothing to say about template.yaml', async () => {
  const { code, output } = await runSam([
    'validate',
    '--lint',
    '--template',
    'template.yaml',
    '--region',
    'us-east-1',
  ]);
  expect(output).toContain('is a valid SAM Template');
  expect(output).not.toMatch(/\[\[[EWI]\d+/);
  expect(code).toBe(0);
}, 60_000);
