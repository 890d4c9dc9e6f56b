import { z } from 'zod';
import type { Bench } from '../bench.ts';
import { median, ratio, spread } from '../measurement.ts';
import { measureInProcess } from '../measuring-process.ts';
import { formatFigure, formatPercent, formatRatio } from '../report.ts';
import { HTML_TEMPLATE } from '../sign-in-email.ts';
import { measuredVersionOf } from '../versions.ts';

const PROGRAM = new URL('../render-process.ts', import.meta.url);

const perRound = z.array(z.number());
const measuredSchema = z.object({
  postern: perRound,
  posternWithText: perRound,
  posternTextOnly: perRound,
  connectorKit: perRound,
  handlebars: perRound,
});

export const render: Bench = {
  name: 'render',
  title: `Rendering an email of ${(HTML_TEMPLATE.length / 1024).toFixed(1)} KB without sending it`,
  async run({ rounds, quick, log }) {
    const measured = await measureInProcess(
      PROGRAM,
      { rounds, milliseconds: quick ? 200 : 500 },
      measuredSchema,
    );
    for (const [name, values] of Object.entries(measured)) log(`${name}: ${formatFigure(median(values))} µs`);
    const kit = `connector-kit’s replacement function ${measuredVersionOf('@logto/connector-kit')}`;
    const handlebars = `Handlebars, compiled ${measuredVersionOf('handlebars')}`;
    const row = (name: string, values: readonly number[]) => [
      name,
      formatFigure(median(values)),
      formatPercent(spread(values)),
      formatRatio(ratio(values, measured.handlebars)),
      formatRatio(ratio(values, measured.connectorKit)),
    ];
    return {
      tables: [
        {
          title: 'Microseconds per email',
          columns: ['', 'µs', 'spread', '× Handlebars', '× connector-kit'],
          rows: [
            row('Postern, text derived from HTML', measured.postern),
            row('Postern, text from a separate template', measured.posternWithText),
            row('Postern, the same template as text/plain', measured.posternTextOnly),
            row(handlebars, measured.handlebars),
            row(kit, measured.connectorKit),
          ],
        },
      ],
      goals: [],
      notes: [
        'Handlebars and connector-kit’s replacement function render only the subject and HTML. The replacement function does not escape values. Postern’s `mailer.render` validates the request and recipient, selects the template, renders the subject, HTML, and text, and creates an email with Message-ID, date, and header fields. Postern’s three rows differ only in the source of the plain text.',
      ],
    };
  },
};
