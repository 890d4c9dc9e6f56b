import type { Sender } from './contestant.ts';
import { codeOf, recipientOf } from './sign-in-email.ts';

/** Sends for as long as it is told to, and says how many that were. */
export type Load = (goOn: (started: number) => boolean) => Promise<number>;

/** So many messages in flight at any time; each has a recipient and a code of its own. */
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
