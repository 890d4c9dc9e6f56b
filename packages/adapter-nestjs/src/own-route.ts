import { SetMetadata, type Type } from '@nestjs/common';

/** Marks each handler of a `MailController`. Nest copies the metadata of a method to the handler that it registers. */
const OWN_ROUTE = 'POSTERN_MAIL_ROUTE';

/** Marks a method of a controller as a handler that reads the body itself, so that body parsers skip its requests. */
export const OwnRoute = (): MethodDecorator => SetMetadata(OWN_ROUTE, true);

/** Marks the methods that a controller overrides. They do not inherit the decorators of the base class. */
export function markOverrides(controller: Type, names: readonly string[]): void {
  for (const name of names) {
    const method: unknown = controller.prototype[name];
    if (typeof method === 'function') Reflect.defineMetadata(OWN_ROUTE, true, method);
  }
}

/** Whether Nest registered this handler for a `MailController`. */
export const isOwnHandler = (handler: unknown): boolean =>
  typeof handler === 'function' && Reflect.hasMetadata(OWN_ROUTE, handler);

/** Whether Nest registered this handler for a controller. Handlers of middleware have no metadata. */
export const isControllerHandler = (handler: object): boolean => Reflect.getMetadataKeys(handler).length > 0;
