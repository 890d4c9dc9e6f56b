import { merge, object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, option } from '@optique/core/primitives';
import { string, type ValueParser } from '@optique/core/valueparser';
import { KNOWN_TYPES, samplePayload } from '@postern/config-tools';
import { createMailer, parseSendRequest } from '@postern/core';
import { createTransport } from '@postern/transport';
import { type CommandContext, EXIT, type Outcome } from '../command.js';
import { readConfigFile } from '../config-file.js';
import { configOptions, sharedOptions, templatesOption } from '../options.js';
import { payloadOption, readPayload } from '../payload-option.js';
import { printable } from '../printer.js';

/** Any usage type. Shells complete the known ones. */
const usageType: ValueParser<'sync', string> = {
  ...string({ metavar: 'TYPE' }),
  *suggest(prefix) {
    for (const type of KNOWN_TYPES) if (type.startsWith(prefix)) yield { kind: 'literal', text: type };
  },
};

export const sendCommand = command(
  'send',
  merge(
    object({
      command: constant('send'),
      type: argument(usageType, { description: message`The kind of email, such as SignIn.` }),
      to: option('--to', string({ metavar: 'ADDRESS' }), {
        description: message`The recipient: one address.`,
      }),
      locale: optional(
        option('--locale', string({ metavar: 'TAG' }), {
          description: message`The language, such as de or pt-BR.`,
        }),
      ),
      payload: payloadOption,
      templates: templatesOption,
      code: optional(
        option('--code', string({ metavar: 'CODE' }), {
          description: message`The code. Replaces the code in the payload.`,
        }),
      ),
    }),
    configOptions,
    sharedOptions,
  ),
  { brief: message`Send one email, with sample values by default.` },
);

export async function send(
  { type, to, locale, payload, code, ...options }: InferValue<typeof sendCommand>,
  { io, printer }: CommandContext,
): Promise<Outcome> {
  const request = parseSendRequest({
    to,
    type,
    payload: { ...samplePayload(type), ...readPayload(payload), ...(code !== undefined && { code }) },
    ...(locale !== undefined && { locale }),
  });
  const config = await readConfigFile(io, options);
  const mailer = createMailer({ config, transport: createTransport(config) });
  try {
    printer.progress(`Sending ${type} to ${to} …`);
    const receipt = await mailer.send(request);
    const { print, style } = printer;
    print(style(`✓ Sent to ${receipt.accepted} in ${receipt.durationMs} ms`, 'passed'));
    print(`  server   ${style(printable(receipt.response), 'response')}`);
    print(`  message  ${receipt.messageId}`);
    return { exitCode: EXIT.ok, result: { receipt } };
  } finally {
    await mailer.close();
  }
}
