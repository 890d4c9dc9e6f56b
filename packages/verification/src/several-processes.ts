/** Documented environment variables, and the platforms that set them. These platforms start and stop instances at any time. */
const PLATFORMS: readonly (readonly [variable: string, platform: string])[] = [
  ['VERCEL', 'Vercel'],
  ['AWS_LAMBDA_FUNCTION_NAME', 'AWS Lambda'],
  ['K_SERVICE', 'Google Cloud Run'],
  ['FUNCTIONS_WORKER_RUNTIME', 'Azure Functions'],
  ['DENO_DEPLOYMENT_ID', 'Deno Deploy'],
];

/** The parts of the runtime that are inspected. Each part is missing in some runtimes. */
interface Runtime {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    getBuiltinModule?(id: string): unknown;
  };
  readonly navigator?: { readonly userAgent?: string };
}

const isClusterWorker = ({ process }: Runtime): boolean => {
  const cluster = process?.getBuiltinModule?.('node:cluster');
  return (
    typeof cluster === 'object' && cluster !== null && 'isWorker' in cluster && cluster.isWorker === true
  );
};

/**
 * Finds the reason why other processes also serve requests: a serverless platform, or a cluster.
 *
 * @returns `undefined` if there is no sign of other processes
 */
export function findSeveralProcesses(runtime: Runtime = globalThis): string | undefined {
  const env = runtime.process?.env ?? {};
  const platform = PLATFORMS.find(([variable]) => env[variable]);
  if (platform) return platform[1];
  if (runtime.navigator?.userAgent === 'Cloudflare-Workers') return 'Cloudflare Workers';
  if (isClusterWorker(runtime)) return 'a worker of node:cluster';
  // PM2 numbers the processes of one application from 0.
  if (Number(env.NODE_APP_INSTANCE) > 0) return 'one of several PM2 instances';
  return undefined;
}
