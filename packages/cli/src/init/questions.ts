import { Interrupted } from '../command-error.js';
import type { Io } from '../io.js';

/** What is wrong with an answer, or `undefined`. */
export type Validate = (answer: string) => string | undefined;

/** Asks one question at a time, on stderr. Ctrl-C ends them all, and so does Ctrl-D. */
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
  const over = new AbortController();
  const streams = { input: stdin, output: stderr, signal: over.signal };
  const answered = async <T>(question: Promise<T>): Promise<Exclude<T, symbol>> => {
    let isAnswered = false;
    // Ctrl-D ends the reading, as an answer does, but the question does not hear of it.
    stdin.once('pause', () => setImmediate(() => isAnswered || over.abort()));
    const answer = await question;
    isAnswered = true;
    if (typeof answer === 'symbol') throw new Interrupted();
    return answer as Exclude<T, symbol>; // which it is, from here on
  };
  return {
    choose: (message, options) => answered(select<string>({ message, options: [...options], ...streams })),
    ask: (message, { initialValue, validate }) =>
      answered(
        text({
          message,
          validate: (answer) => validate(answer ?? ''),
          ...(initialValue !== undefined && { initialValue }),
          ...streams,
        }),
      ),
    askSecret: async (message, validate) =>
      (await answered(password({ message, validate: (answer) => validate(answer ?? ''), ...streams }))) ?? '',
    confirm: (message) => answered(confirm({ message, initialValue: false, ...streams })),
  };
}
