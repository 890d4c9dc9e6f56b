/** Where the time of a CPU profile goes, by part and by function. */
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

/** A share of the time that the process was busy. */
export interface Share {
  readonly name: string;
  readonly share: number;
}

export interface CpuProfile {
  readonly parts: readonly Share[];
  readonly functions: readonly Share[];
}

/** Not the time of what is profiled: waiting, and the profiler itself. */
const isIdle = ({ functionName, url }: Frame): boolean =>
  functionName === '(idle)' || url === 'node:inspector';

/**
 * Which part of the path a file belongs to: a package of the workspace, a package of npm (with the folder in it, as
 * nodemailer has one for each of its parts), or Node.
 */
export function partOf(url: string): string {
  const [, own] = /\/packages\/([^/]+)\/(?:dist|lib)\//.exec(url) ?? [];
  if (own !== undefined) return own;
  // The last one: pnpm keeps a package in a folder of its own, in node_modules.
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

/** Self time: what a function does itself. What it has the engine do (regular expressions, writes) counts as its own. */
export function summarizeCpuProfile(input: unknown): CpuProfile {
  const { nodes, samples, timeDeltas } = profileSchema.parse(input);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callerOf = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));

  const selfTime = new Map<number, number>();
  samples.forEach((id, index) => {
    selfTime.set(id, (selfTime.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  });

  /** The frame of JavaScript that a frame of the engine works for; collecting garbage is for all. */
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
    const name = frame ? 'Garbage collection' : 'Outside of JavaScript: system calls, the event loop';
    add(parts, isCode ? partOf(frame.url) : name, time);
    add(functions, isCode ? nameOf(frame) : name, time);
  }
  return { parts: ranked(parts, busy), functions: ranked(functions, busy) };
}
