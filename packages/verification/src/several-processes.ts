/** Environment variables that a platform documents, and the platform. Each starts and stops instances as it likes. */
const PLATFORMS: readonly (readonly [variable: string, platform: string])[] = [
  ['VERCEL', 'Vercel'],
  ['AWS_LAMBDA_FUNCTION_NAME', 'AWS Lambda'],
  ['K_SERVICE', 'Google Cloud Run'],
  ['FUNCTIONS_WORKER_RUNTIME', 'Azure Functions'],
  ['DENO_DEPLOYMENT_ID', 'Deno Deploy'],
];

/** What is looked at of the runtime. None of it exists everywhere. */
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
 * Where the memory of this process is not that of the service: a serverless platform, or one process of several.
 *
 * @returns `undefined` where nothing says so
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
