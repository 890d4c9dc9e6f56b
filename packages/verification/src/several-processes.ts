/** Documented environment variables of platforms that can start several instances of a service. */
const PLATFORMS: readonly (readonly [variable: string, platform: string])[] = [
  ['VERCEL', 'Vercel'],
  ['AWS_LAMBDA_FUNCTION_NAME', 'AWS Lambda'],
  ['K_SERVICE', 'Google Cloud Run'],
  ['FUNCTIONS_WORKER_RUNTIME', 'Azure Functions'],
  ['DENO_DEPLOYMENT_ID', 'Deno Deploy'],
];

/** The properties of the runtime to check. None of them exists in every runtime. */
interface Runtime {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    getBuiltinModule?(id: string): unknown;
  };
  readonly navigator?: { readonly userAgent?: string };
}

const isClusterWorker = ({ process }: Runtime): boolean => {
  const cluster = unlessForbidden(() => process?.getBuiltinModule?.('node:cluster'));
  return (
    typeof cluster === 'object' && cluster !== null && 'isWorker' in cluster && cluster.isWorker === true
  );
};

/**
 * Deno throws if the program has no permission to read a variable. The edge runtime of Next.js throws if the program calls a
 * function of `process`.
 */
function unlessForbidden<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const readVariable = ({ process }: Runtime, name: string): string | undefined =>
  unlessForbidden(() => process?.env?.[name]);

/**
 * Detects a service that may have several processes, such as on a serverless platform.
 *
 * @returns the name of the environment, or `undefined` if none is detected
 */
export function findSeveralProcesses(runtime: Runtime = globalThis): string | undefined {
  const platform = PLATFORMS.find(([variable]) => readVariable(runtime, variable));
  if (platform) return platform[1];
  if (runtime.navigator?.userAgent === 'Cloudflare-Workers') return 'Cloudflare Workers';
  if (isClusterWorker(runtime)) return 'a worker of node:cluster';
  // PM2 numbers the processes of an application from 0.
  if (Number(readVariable(runtime, 'NODE_APP_INSTANCE')) > 0) return 'one of several PM2 instances';
  return undefined;
}
