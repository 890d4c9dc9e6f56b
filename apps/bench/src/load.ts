import type { Sender } from './contestant.ts';
import { codeOf, recipientOf } from './sign-in-email.ts';

/** Sends until it is stopped, and returns the number of emails. */
export type Load = (goOn: (started: number) => boolean) => Promise<number>;

/** Keeps a number of messages in flight. Each has a different recipient and code. */
export function createLoad(sender: Sender, concurrency: number): Load {
  let next = 0;
  return async (goOn) => {
    const first = next;
    const work = async (): Promise<void> => {
      while (goOn(next - first)) {
        const index = next++;
        await sender.send(recipientOf(index), codeOf(index));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return next - first;
  };
}

export const forSeconds = (seconds: number): ((started: number) => boolean) => {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() < end;
};
