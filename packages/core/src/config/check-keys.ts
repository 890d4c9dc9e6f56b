import { type ConfigIssue, warning } from '../config-issue.js';
import { findSimilarName } from '../similar-name.js';
import { apiProviders } from './api-providers.js';
import type { Raw } from './config-input.js';
import { AUTH_KEYS } from './smtp-auth.js';
import { DKIM_KEYS } from './smtp-config.js';
import { TLS_KEYS } from './tls-keys.js';

/** Objects, and the keys that belong in them but are often set one level higher, where they have no effect. */
type Homes = readonly (readonly [home: string, keys: readonly string[]])[];

export const SMTP_HOMES: Homes = [
  ['tls', TLS_KEYS],
  ['auth', AUTH_KEYS],
  ['dkim', DKIM_KEYS],
];

export const API_HOMES: Homes = [
  ['provider', apiProviders.flatMap(({ keys }) => keys.map(({ key }) => key as string))], // not only the known ones
];

interface KeyCheckOptions {
  /** The path to the object, for the messages. */
  path?: ConfigIssue['path'];
  homes?: Homes;
}

/** Finds unknown keys. */
export const checkKeys = (
  object: Raw,
  knownKeys: readonly string[],
  { path = [], homes = [] }: KeyCheckOptions = {},
): ConfigIssue[] =>
  Object.keys(object)
    .filter((key) => !knownKeys.includes(key))
    .map((key) => {
      const shown = [...path, key].join('.');
      const home = homes.find(([, keys]) => keys.includes(key))?.[0];
      const similar = findSimilarName(key, knownKeys);
      const advice = home
        ? `move it into ${home}, as "${home}": { "${key}": … }`
        : similar
          ? `did you mean ${[...path, similar].join('.')}?`
          : 'it is ignored';
      return warning([...path, key], 'unknown_key', `unknown key ${shown}: ${advice}`);
    });
