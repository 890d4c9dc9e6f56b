import { ConfigError, type ConfigIssue, error, warning } from './config-issue.js';
import { isHeaderName, isReservedHeader, sanitizeHeaderValue } from './header-field.js';
import { readMailboxList } from './mailbox.js';

const NAME_RULE = 'a header name must be printable ASCII without spaces or colons';

/** Fields that contain addresses (RFC 5322 section 3.6.6, RFC 8098), other than those that Postern writes. */
const ADDRESS_FIELD =
  /^(?:resent-(?:from|sender|to|cc|bcc|reply-to)|errors-to|(?:disposition-notification|return-receipt|x-confirm-reading)-to)$/i;

/** Checks custom headers as written. The values can have any type. */
export const checkCustomHeaders = (headers: Readonly<Record<string, unknown>>): ConfigIssue[] =>
  Object.entries(headers).flatMap(([name, value]) => {
    const path = ['customHeaders', name];
    if (!isHeaderName(name)) return [error(path, 'header_name', NAME_RULE)];
    const message = `${name} is set by Postern: this custom header is ignored`;
    if (isReservedHeader(name)) return [warning(path, 'header_reserved', message)];
    if (!ADDRESS_FIELD.test(name)) return [];
    for (const each of [value].flat()) {
      const read = typeof each === 'string' ? readMailboxList(each) : undefined;
      if (read?.ok === false)
        return [error(path, 'header_address', `${name} is not a valid address (${read.problem})`)];
    }
    return [];
  });

/**
 * Returns custom headers in the form in which they are sent. It checks them, because a config that is written in code
 * has not passed through `parseConnectorConfig`.
 *
 * @throws {ConfigError} when a name or an address is not valid
 */
export function readCustomHeaders(
  headers: Readonly<Record<string, string | readonly string[]>>,
): Record<string, string | readonly string[]> {
  const issues = checkCustomHeaders(headers).filter(({ severity }) => severity === 'error');
  if (issues.length > 0) throw new ConfigError(issues);
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !isReservedHeader(name))
      .map(([name, value]) => [
        name,
        typeof value === 'string'
          ? sanitizeHeaderValue(value)
          : Object.freeze(value.map(sanitizeHeaderValue)),
      ]),
  );
}
