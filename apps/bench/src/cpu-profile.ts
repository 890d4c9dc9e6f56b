/** Summarizes a CPU profile by part and by function. */
import { z } from 'zod';

const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

type Frame = z.output<typeof profileSchema>['nodes'][number]['callFrame'];

/** A share of the busy time of the process. */
export interface Share {
  readonly name: string;
  readonly share: number;
}

export interface CpuProfile {
  readonly parts: readonly Share[];
  readonly functions: readonly Share[];
}

/** Ignored frames: idle time and the profiler. */
const isIdle = ({ functionName, url }: Frame): boolean =>
  functionName === '(idle)' || url === 'node:inspector';

/**
 * The part of a file: a workspace package, an npm package (with its subfolder, because nodemailer has one for each part), or
 * Node.js.
 */
export function partOf(url: string): string {
  const [, own] = /\/packages\/([^/]+)\/(?:dist|lib)\//.exec(url) ?? [];
  if (own !== undefined) return own;
  // Use the last match, because pnpm nests packages in node_modules.
  const [, name, path = ''] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)/.exec(url) ?? [];
  if (name !== undefined) {
    const [, folder] = /^(?:lib|dist|src)\/(?:(?:cjs|esm)\/)?(?!(?:cjs|esm)\/)([^/]+)\//.exec(path) ?? [];
    return folder === undefined ? name : `${name}: ${folder}`;
  }
  const [, builtin] = /^node:(?:internal\/)?([^/]+)/.exec(url) ?? [];
  if (builtin !== undefined) return `Node: ${builtin}`;
  return 'bench';
}

const fileOf = (url: string): string => url.replace(/.*\/(?:node_modules|packages)\//, '');

const nameOf = ({ functionName, url, lineNumber }: Frame): string =>
  `${functionName || '(anonymous)'} ${fileOf(url)}${url ? `:${lineNumber + 1}` : ''}`.trim();

const ranked = (shares: ReadonlyMap<string, number>, busy: number): Share[] =>
  [...shares].map(([name, time]) => ({ name, share: time / busy })).sort((a, b) => b.share - a.share);

/** The self time of functions, including the engine's work for them, such as regular expressions and writes. */
export function summarizeCpuProfile(input: unknown): CpuProfile {
  const { nodes, samples, timeDeltas } = profileSchema.parse(input);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callerOf = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));

  const selfTime = new Map<number, number>();
  samples.forEach((id, index) => {
    selfTime.set(id, (selfTime.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  });

  /** The JavaScript caller of an engine frame. Garbage collection has no caller. */
  const accountable = (id: number): Frame | undefined => {
    for (let at: number | undefined = id; at !== undefined; at = callerOf.get(at)) {
      const frame = byId.get(at)?.callFrame;
      if (frame && (frame.url !== '' || frame.functionName === '(garbage collector)')) return frame;
    }
    return undefined;
  };

  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  const add = (shares: Map<string, number>, name: string, time: number) =>
    shares.set(name, (shares.get(name) ?? 0) + time);
  let busy = 0;
  for (const [id, time] of selfTime) {
    const own = byId.get(id)?.callFrame;
    if (!own || isIdle(own)) continue;
    busy += time;
    const frame = accountable(id);
    const isCode = frame !== undefined && frame.url !== '';
    const name = frame ? 'Garbage collection' : 'Outside JavaScript: system calls and the event loop';
    add(parts, isCode ? partOf(frame.url) : name, time);
    add(functions, isCode ? nameOf(frame) : name, time);
  }
  return { parts: ranked(parts, busy), functions: ranked(functions, busy) };
}
