import { expect, test } from '@jest/globals';
import { runSam } from '../../local/sam.ts';

test.each(['template.yaml', 'hook.yaml', 'organization-central.yaml'])(
  'sam validate --lint finds nothing to say about %s',
  async (template) => {
    const { code, output } = await runSam([
      'validate',
      '--lint',
      '--template',
      template,
      '--region',
      'us-east-1',
    ]);
    expect(output).toContain('is a valid SAM Template');
    expect(output).not.toMatch(/\[\[[EWI]\d+/);
    expect(code).toBe(0);
  },
  180_000,
);
