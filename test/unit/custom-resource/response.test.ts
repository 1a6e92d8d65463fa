import { describe, expect, test } from '@jest/globals';
import { responseBody } from '../../../functions/custom-resource/response.ts';
import { countReads } from '../../support/count-reads.ts';
import fc from '../../support/fast-check.ts';
import { breaches, parseBody } from './support/contract.ts';

const to = {
  requestId: '9b2f4c1e-6a57-4d0b-9a2c-3f7d5e8b1a60',
  stackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/orders/51af3dc0-da77-11e4-872e-1234567db123',
  logicalResourceId: 'Settings',
  responseUrl: 'https://example.com',
};
const event = { RequestId: to.requestId, StackId: to.stackId, LogicalResourceId: to.logicalResourceId };
const failed = (reason: string, physicalResourceId = 'id') =>
  Buffer.from(responseBody(to, { status: 'FAILED', physicalResourceId, reason }));

// Any UTF-16 at all: control characters, quotes, pairs, and halves of pairs.
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6_000, size: 'max' }),
  fc.string({ unit: 'grapheme', maxLength: 3_000, size: 'max' }),
  fc
    .array(fc.oneof(fc.integer({ min: 0xd7f0, max: 0xe00f }), fc.integer({ min: 0, max: 0xffff })), {
      maxLength: 6_000,
      size: 'max',
    })
    .map((units) => units.map((unit) => String.fromCharCode(unit)).join('')),
  fc
    .tuple(fc.nat(4_000), fc.constantFrom('é', '漢', '🐳', '"', '\u0000'))
    .map(([pad, text]) => 'x'.repeat(pad) + text.repeat(900)),
);

describe('the body of an answer', () => {
  test('keeps the contract whatever the reason is, and cuts it only as far as it must, between characters', () => {
    fc.assert(
      fc.property(anyText, fc.string({ minLength: 1, maxLength: 200 }), (reason, id) => {
        const body = failed(reason, id);
        expect(breaches(body, event)).toEqual([]);
        const told = String(parseBody(body).Reason);
        const whole = reason.toWellFormed();
        if (told === whole || whole === '') return;
        expect(told.endsWith('…')).toBe(true);
        expect(whole.startsWith(told.slice(0, -1))).toBe(true);
        // The largest character is 6 bytes long, as an escape.
        expect(body.byteLength).toBeGreaterThan(4096 - 6);
      }),
      { numRuns: 150 },
    );
  });

  test('gives a reason where there is none', () => {
    expect(parseBody(failed(''))).toMatchObject({ Reason: 'No reason is known.' });
  });

  test('becomes a failure when its attributes do not fit', () => {
    const body = responseBody(to, {
      status: 'SUCCESS',
      physicalResourceId: 'id',
      notes: [],
      data: { RepositoryArn: 'é'.repeat(2_048) },
    });
    expect(parseBody(Buffer.from(body))).toMatchObject({
      Status: 'FAILED',
      Reason: "The attributes of Settings do not fit into CloudFormation's 4,096 bytes.",
    });
  });

  test('of a success tells what there is to tell, as far as it fits beside the attributes', () => {
    const answer = { status: 'SUCCESS', physicalResourceId: 'id', data: { Matched: '2' } } as const;
    const of = (...notes: string[]) => Buffer.from(responseBody(to, { ...answer, notes }));
    expect(parseBody(of())).not.toHaveProperty('Reason');
    expect(parseBody(of('one', 'two'))).toMatchObject({ Status: 'SUCCESS', Reason: 'one; two' });
    const long = of('é'.repeat(3_000));
    expect(long.byteLength).toBeLessThanOrEqual(4096);
    expect(parseBody(long)).toMatchObject({ Status: 'SUCCESS', Data: { Matched: '2' } });
  });

  test('of a success has the first notes of thousands, without trying each number of them', () => {
    const notes = Array.from({ length: 5_000 }, (_, index) => `legacy/team-${index}/orders was taken over`);
    const { list, reads } = countReads(notes);
    const body = Buffer.from(
      responseBody(to, { status: 'SUCCESS', physicalResourceId: 'id', data: {}, notes: list }),
    );
    expect(reads()).toBeLessThan(20 * notes.length);
    expect(body.byteLength).toBeLessThanOrEqual(4096);
    expect(body.byteLength).toBeGreaterThan(4000);
    expect(parseBody(body).Reason).toMatch(
      /^legacy\/team-0\/orders was taken over; legacy.*over; and 4,?9\d\d more$/,
    );
  });
});
