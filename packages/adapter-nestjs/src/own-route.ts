import { SetMetadata, type Type } from '@nestjs/common';

/** On each handler of a `MailController`. Nest copies a method's metadata to the handler that it registers. */
const OWN_ROUTE = 'POSTERN_MAIL_ROUTE';

/** Marks a method as a handler that reads the body itself. */
export const OwnRoute = (): MethodDecorator => SetMetadata(OWN_ROUTE, true);

/** Marks the methods that a controller overrides: they come without the decorators of the class that it extends. */
export function markOverrides(controller: Type, names: readonly string[]): void {
  for (const name of names) {
    const method: unknown = controller.prototype[name];
    if (typeof method === 'function') Reflect.defineMetadata(OWN_ROUTE, true, method);
  }
}

/** Whether this is a handler that Nest registered for a `MailController`. */
export const isOwnHandler = (handler: unknown): boolean =>
  typeof handler === 'function' && Reflect.hasMetadata(OWN_ROUTE, handler);

/** Whether Nest registered this handler for a controller. Handlers of middleware have no metadata. */
export const isControllerHandler = (handler: object): boolean => Reflect.getMetadataKeys(handler).length > 0;
