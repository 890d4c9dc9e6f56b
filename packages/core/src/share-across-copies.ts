/**
 * Lets `instanceof` recognize the errors of every copy of a package. A process can load several copies: the ES module and
 * the CommonJS build (in Jest or in a bundle), or two versions. Subclasses that do not call it keep the usual `instanceof`.
 * Pass a unique string literal as the name, because minifiers change class names. Pass `this` as the class, because
 * bundlers rename a class that refers to itself, and Node.js would print the new name.
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
