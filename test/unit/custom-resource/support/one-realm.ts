/**
 * Jest runs tests in a realm of their own, in which an error that Node itself made is no `instanceof Error`. In the
 * function it is one, and the SDK asks. To be imported before the handler.
 */
import { types } from 'node:util';

const ordinary = Function.prototype[Symbol.hasInstance];

Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    return (this === Error && types.isNativeError(value)) || ordinary.call(this, value);
  },
});
