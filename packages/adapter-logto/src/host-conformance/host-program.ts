/*
 * Runs inside of a Logto instance, in a process of its own: installs a connector by the code of Logto's CLI, loads it
 * by the CLI's loader, makes it work and makes it fail. What came of it goes to the test as one message.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { addConnectors, getConnectorDirectory } from '@logto/cli/lib/commands/connector/utils.js';
import { buildRawConnector, loadConnectorFactories } from '@logto/cli/lib/connector/index.js';
import { getConnectorPackagesFromDirectory } from '@logto/cli/lib/utils.js';
import {
  ConnectorError,
  type ConnectorType,
  type SendMessageFunction,
  TemplateType,
} from '@logto/connector-kit';
import { ZodError } from 'zod';

export interface HostTask {
  root: string;
  tarball: string;
  /** Sends. */
  goodConfig: unknown;
  /** Is accepted, and refused by the server. */
  failingConfig: unknown;
  /** Is not accepted. */
  badConfig: unknown;
  /** Packages that the connector must not find. */
  hidden: string[];
}

/** An error, as far as Logto understands it. */
export interface SeenError {
  isConnectorError: boolean;
  code: unknown;
  message: string | undefined;
  isZodErrorInside: boolean;
}

export interface HostReport {
  /** What the CLI's loader found, by folder. */
  connectors: { path: string; type: ConnectorType; metadata: Record<string, unknown> }[];
  /** Where the host and the connector find these, by name. */
  resolved: Record<string, { byHost: string; byConnector: string }>;
  /** Which of the hidden packages the connector finds all the same. */
  leaks: string[];
  isGoodConfigAccepted: boolean;
  isGuardErrorOfHostZod: boolean;
  sent: string;
  onBadConfig: SeenError;
  onFailure: SeenError;
}

async function catchError(action: Promise<unknown>): Promise<SeenError> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const seen = error instanceof ConnectorError ? error : undefined;
  return {
    isConnectorError: seen !== undefined,
    code: seen?.code,
    message: seen?.message,
    isZodErrorInside: seen?.data instanceof ZodError,
  };
}

async function carryOut(task: HostTask): Promise<HostReport> {
  await addConnectors(task.root, [task.tarball]);
  const packages = await getConnectorPackagesFromDirectory(getConnectorDirectory(task.root));
  const factories = await loadConnectorFactories(packages, false);
  const [factory] = factories;
  if (!factory) throw new Error('The loader skipped the connector.');

  const connectorRequire = createRequire(join(factory.path, 'lib/index.js'));
  const hostRequire = createRequire(import.meta.url);
  const resolve = (name: string) => ({
    byHost: hostRequire.resolve(name),
    byConnector: connectorRequire.resolve(name),
  });
  const isVisible = (name: string) => {
    try {
      connectorRequire.resolve(name);
      return true;
    } catch {
      return false;
    }
  };

  const connectors = factories.map(({ path, type, metadata }) => ({ path, type, metadata: { ...metadata } }));
  const guarded = factory.configGuard.safeParse(task.badConfig);

  /** Logto builds a connector for each request. */
  const send = async (stored: unknown, ...[data, tested]: Parameters<SendMessageFunction>) => {
    const { rawConnector } = await buildRawConnector(factory, async () => stored);
    if (!('sendMessage' in rawConnector)) throw new Error('This connector sends nothing.');
    return rawConnector.sendMessage(data, tested);
  };
  const to = 'ada@example.com';
  const data = { to, type: TemplateType.SignIn, payload: { code: '482913' }, ip: '192.0.2.1' };
  return {
    connectors,
    resolved: { '@logto/connector-kit': resolve('@logto/connector-kit'), zod: resolve('zod') },
    leaks: task.hidden.filter(isVisible),
    isGoodConfigAccepted: factory.configGuard.safeParse(task.goodConfig).success,
    isGuardErrorOfHostZod: guarded.error instanceof ZodError,
    sent: JSON.stringify(await send(task.goodConfig, data)),
    onBadConfig: await catchError(send(undefined, data, task.badConfig)),
    onFailure: await catchError(send(undefined, data, task.failingConfig)),
  };
}

process.once('message', async (task) => {
  // Sent by the test that started this.
  const report = await carryOut(task as HostTask);
  process.send?.(report, () => process.disconnect());
});
