import { ConfigError, type ConfigIssue } from '@postern/core';
import type { MailHandlerOptions, ParsedOptions } from './mail-handler-options.js';

/**
 * Finds configurations that would fail for users later: links without `linkUrl`, and templates that show neither a code nor
 * a link. Methods and types from an option are an error, and those from the defaults are a warning.
 *
 * @throws {ConfigError} if a method or type cannot work
 */
export function checkSetUp(
  given: Pick<MailHandlerOptions, 'verificationMethods' | 'verificationTypes'>,
  { verification, verificationMethods, verificationTypes, logger }: ParsedOptions,
): void {
  if (!verification?.findObstacle) return;
  const { findObstacle } = verification;
  const obstacles = verificationTypes.flatMap((type) =>
    verificationMethods.map((method) => ({ type, method, obstacle: findObstacle({ type, method }) })),
  );
  const unusable = (of: { type?: string; method?: string }) => {
    const group = obstacles.filter(
      ({ type, method }) => (of.type ?? type) === type && (of.method ?? method) === method,
    );
    return group.every(({ obstacle }) => obstacle !== undefined) ? (group[0]?.obstacle ?? '') : undefined;
  };

  const issues: ConfigIssue[] = [];
  const problem = (path: ConfigIssue['path'], message: string) =>
    issues.push({ severity: 'error', path, code: 'not_usable', message });
  const defaultType = verificationTypes.includes('SignIn') ? 'SignIn' : verificationTypes[0];
  for (const [index, type] of verificationTypes.entries()) {
    const obstacle = unusable({ type });
    if (obstacle === undefined) continue;
    const message = `${type} emails can contain neither a code nor a link. ${obstacle}`;
    if (given.verificationTypes) problem(['verificationTypes', index], message);
    else if (type === defaultType) problem(['verification'], message);
    else logger.warn({ event: 'http.unusable', type, message });
  }
  if (issues.length === 0) {
    for (const [index, method] of verificationMethods.entries()) {
      const obstacle = unusable({ method });
      if (obstacle === undefined) continue;
      if (given.verificationMethods) problem(['verificationMethods', index], obstacle);
      else logger.warn({ event: 'http.unusable', method, message: obstacle });
    }
  }
  if (issues.length > 0) throw new ConfigError(issues);
}
