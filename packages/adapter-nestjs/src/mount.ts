import { RequestMethod, type Type, VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';

/** Nest's names for what its decorators keep. */
const PATH_METADATA = 'path';
const VERSION_METADATA = '__version__';

const listOf = <T>(value: T | readonly T[] | undefined): readonly (T | undefined)[] =>
  Array.isArray(value) ? value : [value as T | undefined];

const join = (...parts: readonly string[]): string =>
  parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .map((segment) => `/${segment}`)
    .join('');

/** A place where a controller is mounted. */
export interface Mount {
  readonly path: string;
  /** Whether Nest serves this path below it, or left it to another controller. */
  serves(path: string): boolean;
}

/**
 * Where a controller for every method is mounted: global prefix (which may exclude some of its routes), version, and
 * the path that its decorator has. A prefix of `RouterModule` and a parameter are not known here.
 */
export function mountsOf(controller: Type, config: ApplicationConfig): Mount[] {
  const versioning = config.getVersioning();
  const isInPath = versioning?.type === VersioningType.URI;
  const versions = isInPath
    ? listOf(Reflect.getMetadata(VERSION_METADATA, controller) ?? versioning.defaultVersion).map((version) =>
        version === undefined || version === VERSION_NEUTRAL
          ? ''
          : `${versioning.prefix === false ? '' : (versioning.prefix ?? 'v')}${String(version)}`,
      )
    : [''];
  const paths = listOf<string>(Reflect.getMetadata(PATH_METADATA, controller)).map((path) => path ?? '');
  const { exclude = [] } = config.getGlobalPrefixOptions();
  // As Nest has it: what is excluded for one method alone is no route for every method.
  const excluded = exclude.filter(({ requestMethod }) => requestMethod === RequestMethod.ALL);
  return paths.flatMap((path) => {
    const isExcluded = (route: string) =>
      excluded.some(({ pathRegex }) => pathRegex.test(join(path) + route));
    return versions.flatMap((version) => [
      { path: join(config.getGlobalPrefix(), version, path), serves: (route: string) => !isExcluded(route) },
      { path: join(version, path), serves: isExcluded },
    ]);
  });
}
