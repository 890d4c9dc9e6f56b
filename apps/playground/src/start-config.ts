import { readJsonText } from '@postern/config-tools';
import { builtInConfig, formatConfig, reference, withoutServer } from './built-in-config.js';

/** The reference that stands for `--smtp-url` in the config: the URL has a password in it. */
export const SMTP_URL_VARIABLE = 'POSTERN_SMTP_URL';

export interface StartConfigOptions {
  /** The text of a file. */
  readonly text?: string | undefined;
  /** Whether a server was named that takes the place of the config's. */
  readonly hasSmtpUrl: boolean;
  /** The playground's own server, as a config has it. */
  readonly own: Readonly<Record<string, unknown>>;
}

/** The text of the config to begin with. What is no JSON stays as it is, for the check to say why. */
export function startConfig({ text, hasSmtpUrl, own }: StartConfigOptions): string {
  if (!hasSmtpUrl) return text ?? builtInConfig(own);
  const url = reference(SMTP_URL_VARIABLE);
  if (text === undefined) return builtInConfig({ url });
  const json = readJsonText(text);
  if (!json.ok || typeof json.value !== 'object' || json.value === null) return text;
  return formatConfig({ url, ...withoutServer(json.value) });
}
