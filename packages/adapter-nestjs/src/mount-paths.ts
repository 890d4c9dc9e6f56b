import { type Type, VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
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

/**
 * Where a controller is mounted: global prefix (which may exclude it), version, and the path that its decorator has. A
 * prefix of `RouterModule` is not known here.
 */
export function mountPathsOf(controller: Type, config: ApplicationConfig): string[] {
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
  const prefixes = [config.getGlobalPrefix(), ...(exclude.length > 0 ? [''] : [])];
  return prefixes.flatMap((prefix) =>
    versions.flatMap((version) => paths.map((path) => join(prefix, version, path))),
  );
}
