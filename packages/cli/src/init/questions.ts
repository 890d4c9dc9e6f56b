import { Interrupted } from '../command-error.js';
import type { Io } from '../io.js';

/** The problem of an answer, or `undefined`. */
export type Validate = (answer: string) => string | undefined;

/** Asks one question at a time, on stderr. Ctrl-C and Ctrl-D throw {@link Interrupted}. */
export interface Questions {
  choose(message: string, options: readonly { value: string; label: string }[]): Promise<string>;
  ask(message: string, options: { initialValue?: string; validate: Validate }): Promise<string>;
  /** Does not show the input. The answer may be empty. */
  askSecret(message: string, validate: Validate): Promise<string>;
  confirm(message: string): Promise<boolean>;
}

export async function createQuestions({ stdin, stderr }: Io): Promise<Questions> {
  // Loaded on demand, because it opens the terminal's streams when it is loaded.
  const { confirm, password, select, text } = await import('@clack/prompts');
  const over = new AbortController();
  const streams = { input: stdin, output: stderr, signal: over.signal };
  const answered = async <T>(question: Promise<T>): Promise<Exclude<T, symbol>> => {
    let isAnswered = false;
    // Ctrl-D pauses stdin, as an answer does, but the prompt library does not notice it.
    stdin.once('pause', () => setImmediate(() => isAnswered || over.abort()));
    const answer = await question;
    isAnswered = true;
    if (typeof answer === 'symbol') throw new Interrupted();
    return answer as Exclude<T, symbol>; // symbols are excluded above
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
