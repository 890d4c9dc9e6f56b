import { readJsonText } from '@postern/config-tools';
import { builtInConfig, formatConfig, reference, withoutServer } from './built-in-config.js';

/** The variable for `--smtp-url` in the config. The URL contains a password. */
export const SMTP_URL_VARIABLE = 'POSTERN_SMTP_URL';

export interface StartConfigOptions {
  /** The text of the config file. */
  readonly text?: string | undefined;
  /** Whether `--smtp-url` replaces the server of the config. */
  readonly hasSmtpUrl: boolean;
  /** The settings of the playground's server. */
  readonly own: Readonly<Record<string, unknown>>;
}

/** The text of the initial config. Text that is not JSON stays unchanged for the check to report. */
export function startConfig({ text, hasSmtpUrl, own }: StartConfigOptions): string {
  if (!hasSmtpUrl) return text ?? builtInConfig(own);
  const url = reference(SMTP_URL_VARIABLE);
  if (text === undefined) return builtInConfig({ url });
  const json = readJsonText(text);
  if (!json.ok || typeof json.value !== 'object' || json.value === null) return text;
  return formatConfig({ url, ...withoutServer(json.value) });
}
