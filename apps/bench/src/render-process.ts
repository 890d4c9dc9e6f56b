/**
 * Renders the same email with all contestants in one process, in short turns, so that a slow machine affects all of them. The task is
 * a JSON argument.
 */
import { replaceSendMessageHandlebars } from '@logto/connector-kit';
import { createMailer, type Template, type Transport } from '@postern/core';
import Handlebars from 'handlebars';
import { z } from 'zod';
import {
  codeOf,
  FROM,
  HTML_TEMPLATE,
  recipientOf,
  SUBJECT_TEMPLATE,
  TEXT_TEMPLATE,
} from './sign-in-email.ts';

const { rounds, milliseconds } = z
  .object({
    rounds: z.number(),
    /** The time of each contestant in a round. */
    milliseconds: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const sendsNothing: Transport = {
  name: 'nothing',
  send: () => Promise.reject(new Error('This transport does not send.')),
  verify: async () => {},
  close: async () => {},
  [Symbol.asyncDispose]: async () => {},
};

/** The whole path up to the transport. */
function renderWithPostern(template: Pick<Template, 'contentType' | 'content' | 'text'>) {
  const mailer = createMailer({
    config: {
      fromEmail: FROM,
      templates: [{ usageType: 'SignIn', subject: SUBJECT_TEMPLATE, ...template }],
    },
    transport: sendsNothing,
  });
  return (to: string, code: string) => mailer.render({ to, type: 'SignIn', payload: { code } });
}

const compiled = { subject: Handlebars.compile(SUBJECT_TEMPLATE), html: Handlebars.compile(HTML_TEMPLATE) };

const WAYS: Readonly<Record<string, (to: string, code: string) => unknown>> = {
  postern: renderWithPostern({ contentType: 'text/html', content: HTML_TEMPLATE }),
  posternWithText: renderWithPostern({
    contentType: 'text/html',
    content: HTML_TEMPLATE,
    text: TEXT_TEMPLATE,
  }),
  posternTextOnly: renderWithPostern({ contentType: 'text/plain', content: HTML_TEMPLATE }),
  connectorKit: (_to, code) => ({
    subject: replaceSendMessageHandlebars(SUBJECT_TEMPLATE, { code }),
    html: replaceSendMessageHandlebars(HTML_TEMPLATE, { code }),
  }),
  handlebars: (_to, code) => ({ subject: compiled.subject({ code }), html: compiled.html({ code }) }),
};

/** The number of emails between clock reads. */
const BATCH = 20;

let index = 0;

/** Microseconds per email. */
async function time(render: (to: string, code: string) => unknown, forMilliseconds: number): Promise<number> {
  const begin = performance.now();
  let rendered = 0;
  let now = begin;
  while (now - begin < forMilliseconds) {
    for (let each = 0; each < BATCH; each++) {
      index += 1;
      await render(recipientOf(index), codeOf(index));
    }
    rendered += BATCH;
    now = performance.now();
  }
  return ((now - begin) * 1000) / rendered;
}

const measured: Record<string, number[]> = Object.fromEntries(Object.keys(WAYS).map((name) => [name, []]));
/** Unmeasured rounds to warm up the compiler. */
const WARM_UP = 2;

for (let round = 0; round < WARM_UP + rounds; round++) {
  for (const [name, render] of Object.entries(WAYS)) {
    const microseconds = await time(render, milliseconds);
    if (round >= WARM_UP) measured[name]?.push(microseconds);
  }
}
process.send?.(measured, () => process.disconnect());
