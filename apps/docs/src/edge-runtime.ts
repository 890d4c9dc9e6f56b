import { EdgeVM } from '@edge-runtime/vm';
import { build } from 'esbuild';

interface EdgeRouteOptions {
  /** The variables in `process.env`. */
  readonly env: Readonly<Record<string, string>>;
  /** The URL of the server that receives every request of the route, whatever its host. */
  readonly internet: string;
}

/**
 * Loads a route handler into the edge runtime of Next.js, which has Web APIs only and forbids code generation from strings.
 *
 * @returns a function that posts JSON to the route
 */
export async function loadEdgeRoute(
  file: string,
  { env, internet }: EdgeRouteOptions,
): Promise<(path: string, body: object) => Promise<Response>> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'route',
    platform: 'browser',
    conditions: ['edge-light', 'worker', 'browser'],
  });
  const runtime = new EdgeVM({
    extend: (context) => {
      const request = context.fetch;
      return Object.assign(context, {
        process: createProcess(env),
        fetch: (url: string, options: RequestInit) => {
          const { pathname, search } = new URL(url);
          return request(new URL(pathname + search, internet).href, options);
        },
      });
    },
  });
  runtime.evaluate(outputFiles[0]?.text ?? '');
  const { POST } = runtime.evaluate<{ POST: (request: Request) => Promise<Response> }>('route');
  const { Request } = runtime.context;
  return (path, body) =>
    POST(
      new Request(`https://acme.example${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Real-IP': '203.0.113.7' },
        body: JSON.stringify(body),
      }),
    );
}

/** Like in Next.js, `process` has the variables, functions that throw, and no other values. */
function createProcess(env: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const refuse = () => {
    throw new Error('A Node.js API is used which is not supported in the Edge Runtime.');
  };
  const functions = Object.entries(process).filter(([, value]) => typeof value === 'function');
  return { ...Object.fromEntries(functions.map(([name]) => [name, refuse])), env };
}
