import { MailError } from '@postern/core';

/**
 * Calls a function of the application. A promise that it returns by mistake cannot end the process with an unhandled
 * rejection.
 *
 * @returns `undefined` if it throws
 */
export function ask(callback: () => unknown, onError: (error: unknown) => void = () => {}): unknown {
  try {
    const answer = callback();
    if (typeof answer === 'object' && answer !== null) Promise.resolve(answer).catch(() => {});
    return answer;
  } catch (error) {
    onError(error);
    return undefined;
  }
}

/**
 * Calls a function of the application that returns true or false.
 *
 * @param option - the name of the function, such as `policy.isCode`
 * @throws {MailError} `config_invalid` if it returns any other value
 */
export function decide(option: string, callback: () => boolean): boolean {
  let cause: unknown;
  const answer = ask(callback, (error) => {
    cause = error;
  });
  if (typeof answer === 'boolean') return answer;
  throw new MailError('config_invalid', `${option} did not return true or false.`, {
    stage: 'config',
    hint: `Make ${option} return true or false for every usage type. It cannot be asynchronous.`,
    cause,
  });
}
