import { Interrupted } from '../command-error.js';
import type { Io } from '../io.js';

/** What is wrong with an answer, or `undefined`. */
export type Validate = (answer: string) => string | undefined;

/** Asks one question at a time, on stderr. Ctrl-C ends them all. */
export interface Questions {
  choose(message: string, options: readonly { value: string; label: string }[]): Promise<string>;
  ask(message: string, options: { initialValue?: string; validate: Validate }): Promise<string>;
  /** What is typed is not shown; nothing is an answer, too. */
  askSecret(message: string, validate: Validate): Promise<string>;
  confirm(message: string): Promise<boolean>;
}

export async function createQuestions({ stdin, stderr }: Io): Promise<Questions> {
  // It opens the terminal's streams as soon as it is loaded.
  const { confirm, password, select, text } = await import('@clack/prompts');
  const streams = { input: stdin, output: stderr };
  const answered = <T>(answer: T): Exclude<T, symbol> => {
    if (typeof answer === 'symbol') throw new Interrupted();
    return answer as Exclude<T, symbol>; // which it is, from here on
  };
  return {
    choose: async (message, options) =>
      answered(await select<string>({ message, options: [...options], ...streams })),
    ask: async (message, { initialValue, validate }) =>
      answered(
        await text({
          message,
          validate: (answer) => validate(answer ?? ''),
          ...(initialValue !== undefined && { initialValue }),
          ...streams,
        }),
      ),
    askSecret: async (message, validate) =>
      answered(await password({ message, validate: (answer) => validate(answer ?? ''), ...streams })) ?? '',
    confirm: async (message) => answered(await confirm({ message, initialValue: false, ...streams })),
  };
}
