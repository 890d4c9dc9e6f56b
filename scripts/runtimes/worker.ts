/** The bundle that every runtime runs: a Worker that responds with the results of all situations. */
import { type Context, type Environment, situations } from './situations.ts';

export default {
  async fetch(_request: Request, env: Environment, context: Context): Promise<Response> {
    const results: Record<string, unknown> = {};
    for (const [name, run] of Object.entries(situations))
      results[name] = await run(env, context).catch(describe);
    return Response.json(results);
  },
};

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error);
