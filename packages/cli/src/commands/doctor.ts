import { Resolver } from 'node:dns/promises';
import { merge, object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { command, constant, option } from '@optique/core/primitives';
import { integer, string } from '@optique/core/valueparser';
import { diagnoseConfig } from '@postern/transport';
import { type Diagnosis, renderDiagnosisStep, renderVerdict } from '@postern/transport-smtp';
import { type CommandContext, EXIT, type ExitCode, type Outcome } from '../command.js';
import { CommandError } from '../command-error.js';
import { readRawConfigFile } from '../config-file.js';
import { configOptions, sharedOptions } from '../options.js';

export const doctorCommand = command(
  'doctor',
  merge(
    object({
      command: constant('doctor'),
      to: optional(
        option('--to', string({ metavar: 'ADDRESS' }), {
          description: message`Check whether the server accepts email for this address instead of test addresses.`,
        }),
      ),
      dns: optional(
        option('--dns', string({ metavar: 'IP' }), {
          description: message`The DNS server for the records of the sender's domain, such as 1.1.1.1. Default: the DNS servers of this machine.`,
        }),
      ),
      timeout: optional(
        option('--timeout', integer({ min: 1, metavar: 'SECONDS' }), {
          description: message`Maximum time for all checks. The connection can use two-thirds of this time. Default: 30.`,
        }),
      ),
    }),
    configOptions,
    sharedOptions,
  ),
  { brief: message`Find out why emails are not sent. This command sends no email.` },
);

const EXIT_OF_VERDICT: Readonly<Record<Diagnosis['verdict'], ExitCode>> = {
  ready: EXIT.ok,
  temporary: EXIT.temporary,
  broken: EXIT.problem,
};

export async function doctor(
  { to, dns, timeout, ...options }: InferValue<typeof doctorCommand>,
  { io, printer }: CommandContext,
): Promise<Outcome> {
  const resolver = dns === undefined ? undefined : resolverAt(dns);
  const config = await readRawConfigFile(io, options);
  const { print, progress, style } = printer;
  progress('Checking …');
  const count = Array.isArray(config.providers) ? config.providers.length : 1;
  let latest = -1;
  const diagnoses = await diagnoseConfig(config, {
    ...(to !== undefined && { to }),
    ...(resolver && { resolver }),
    ...(timeout !== undefined && { deadlineMs: timeout * 1000 }),
    onStep(step, provider) {
      if (count > 1 && provider !== latest)
        print(`${provider > 0 ? '\n' : ''}Provider ${provider + 1} of ${count}`);
      latest = provider;
      print(renderDiagnosisStep(step, { style }));
      progress('Checking …');
    },
  });
  print('');
  for (const [index, diagnosis] of diagnoses.entries())
    print(`${count > 1 ? `Provider ${index + 1}: ` : ''}${renderVerdict(diagnosis, { style })}`);
  if (diagnoses.some(({ problem }) => problem?.path?.slice(-2).join('.') === 'auth.pass'))
    print(
      'This command cannot call getAccessToken. If your program uses it, call diagnoseConfig(config, { getAccessToken }) there.',
    );
  const worst = WORST_FIRST.flatMap((verdict) => diagnoses.filter((each) => each.verdict === verdict))[0];
  return {
    exitCode: EXIT_OF_VERDICT[worst?.verdict ?? 'ready'],
    result: { diagnosis: worst, ...(count > 1 && { diagnoses }) },
  };
}

const WORST_FIRST: readonly Diagnosis['verdict'][] = ['broken', 'temporary', 'ready'];

/** @throws {CommandError} if it is not an IP address */
function resolverAt(server: string): Resolver {
  const resolver = new Resolver({ tries: 1 });
  try {
    resolver.setServers([server]);
  } catch (error) {
    throw new CommandError('usage', `--dns must be an IP address, with or without a port.`, {
      cause: error,
    });
  }
  return resolver;
}
