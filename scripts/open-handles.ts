/**
 * Fails a test file that leaves a socket, server, timer, or child process open.
 *
 * vitest's `detectAsyncLeaks` prints such handles, but the run still passes, and it slows down every test.
 */
import { createHook } from 'node:async_hooks';
import { aroundAll } from 'vitest';

interface Handle {
  readonly type: string;
  readonly stack: string;
  readonly resource: WeakRef<object>;
}

/** Descriptions for the names of `process.getActiveResourcesInfo()`. */
const WORDS: Readonly<Record<string, string>> = {
  TCPServerWrap: 'a listening TCP server',
  TCPSocketWrap: 'a TCP socket',
  PipeWrap: 'a pipe',
  ProcessWrap: 'a child process',
  Timeout: 'a timer',
  UDPWrap: 'a UDP socket',
  FSEventWrap: 'a file watcher',
  MessagePort: 'a worker or message port',
};

/** The names of the same resources in async hooks. */
const ACTIVE_NAME_BY_HOOK_TYPE: Readonly<Record<string, string>> = {
  TCPSERVERWRAP: 'TCPServerWrap',
  TCPWRAP: 'TCPSocketWrap',
  PIPEWRAP: 'PipeWrap',
  PIPESERVERWRAP: 'PipeWrap',
  PROCESSWRAP: 'ProcessWrap',
  Timeout: 'Timeout',
  UDPWRAP: 'UDPWrap',
  FSEVENTWRAP: 'FSEventWrap',
  MESSAGEPORT: 'MessagePort',
};

/** Enough turns for handles that are already closing. */
const SETTLE_TURNS = 500;

// Keep the real function, in case a test uses fake timers.
const { setImmediate } = globalThis;

const handles = new Map<number, Handle>();
// A variable, because the types of the oldest supported Node.js do not contain `trackPromises`, which avoids the cost of promise
// hooks.
const hooks = {
  trackPromises: false,
  init(id: number, hookType: string, _trigger: number, resource: object) {
    const type = ACTIVE_NAME_BY_HOOK_TYPE[hookType];
    if (type) handles.set(id, { type, stack: new Error(type).stack ?? '', resource: new WeakRef(resource) });
  },
  destroy(id: number) {
    handles.delete(id);
  },
};
createHook(hooks).enable();

const keepsProcessAlive = ({ resource }: Handle): boolean => {
  const handle = resource.deref();
  return handle !== undefined && 'hasRef' in handle && typeof handle.hasRef === 'function' && handle.hasRef();
};

/** The stack frames outside Node.js and this file. */
const callers = (stack: string): string[] =>
  stack.split('\n').filter((line) => /^\s+at /.test(line) && !/[ (]node:|open-handles\.ts/.test(line));

/** Vitest has a timer that throttles its progress reports. */
const isOfVitest = ({ stack }: Handle): boolean =>
  /[\\/]node_modules[\\/]vitest[\\/]/.test(callers(stack)[0] ?? '');

// Every import of node:process opens stdin. Open it before the baseline, because no test is responsible for closing it.
void process.stdin;
const baseline = process.getActiveResourcesInfo();

/** The names of the handles that were opened since the start, with repetitions. */
const findOpen = (): string[] => {
  const known = [
    ...baseline,
    ...[...handles.values()]
      .filter(keepsProcessAlive)
      .filter(isOfVitest)
      .map((handle) => handle.type),
  ];
  return process.getActiveResourcesInfo().filter((name) => {
    const index = known.indexOf(name);
    if (index >= 0) known.splice(index, 1);
    return index < 0;
  });
};

const settle = async (): Promise<string[]> => {
  let open = findOpen();
  for (let turn = 0; open.length > 0 && turn < SETTLE_TURNS; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    open = findOpen();
  }
  return open;
};

/** One error for each open handle, with the stack of the place that opened it. */
const toErrors = (open: readonly string[]): Error[] => {
  const candidates = [...handles.values()].filter(keepsProcessAlive).filter((handle) => !isOfVitest(handle));
  return open.map((name) => {
    const index = candidates.findIndex((handle) => handle.type === name);
    const [origin] = index >= 0 ? candidates.splice(index, 1) : [];
    const openedAt = callers(origin?.stack ?? '');
    const hint =
      openedAt.length > 0 ? '' : '; `vitest run FILE --detectAsyncLeaks` may show where it was opened';
    const error = new Error(`The test file leaves ${WORDS[name] ?? 'something'} open (${name})${hint}`);
    error.stack = [`${error.name}: ${error.message}`, ...openedAt].join('\n');
    return error;
  });
};

// Runs around the whole file, so that hooks, cleanups, and fixtures are done before the check.
aroundAll(async (runFile) => {
  await runFile();
  const open = await settle();
  if (open.length > 0) throw new AggregateError(toErrors(open), 'The test file leaves handles open');
});
