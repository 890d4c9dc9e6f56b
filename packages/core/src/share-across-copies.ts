/**
 * Lets `instanceof` recognize the errors of every copy of a package. One process can hold several copies: the ES module
 * and its CommonJS twin (under jest, or in a bundle), or two versions. Subclasses that are not shared keep the usual
 * `instanceof`. The name must be unique, and a fixed text: minifiers change the names of classes. Pass `this`: bundlers
 * rename a class that mentions itself, and Node.js would print the new name.
 *
 * @example
 * ```ts
 * class QuotaError extends Error {
 *   static {
 *     shareAcrossCopies(this, 'acme.QuotaError');
 *   }
 * }
 * ```
 */
export function shareAcrossCopies(type: abstract new (...args: never[]) => Error, name: string): void {
  const kind = Symbol.for(name);
  Object.defineProperty(type.prototype, kind, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      return this === type
        ? typeof value === 'object' && value !== null && kind in value
        : Function.prototype[Symbol.hasInstance].call(this, value);
    },
  });
}
