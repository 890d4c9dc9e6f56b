import { Tabs } from '@mantine/core';
import { useState } from 'react';
import type { WayDescription } from '../../../src/wire/send';
import { CodeBlock } from '../../parts/code-block';
import { type ChosenEmail, callCode } from './call-code';
import styles from './code-sample.module.css';
import { highlight } from './highlight';

interface CodeSampleProps {
  readonly way: WayDescription;
  readonly email: ChosenEmail;
}

/** What one would write to send the chosen email this way, and what one would install. */
export function CodeSample({ way: { way, packages, code }, email }: CodeSampleProps) {
  const [chosen, setChosen] = useState<string | null>(code[0]?.file ?? null);
  const call = callCode(way, email);
  return (
    <section className={styles.sample} aria-labelledby="sample">
      <h2 id="sample">The code you would write</h2>
      <h3>{way === 'logto' ? 'Nothing for each email: Logto calls' : 'For each email'}</h3>
      <div className={styles.code}>
        <CodeBlock label="Call" code={call}>
          {highlight(call, 'ts')}
        </CodeBlock>
      </div>
      <h3>Once, to set it up</h3>
      {way !== 'logto' && (
        <CodeBlock label="Install command" code={`npm install ${packages.join(' ')}`} wrap />
      )}
      <Tabs value={chosen} onChange={setChosen} keepMounted={false} className={styles.code}>
        <Tabs.List className={styles.files} aria-label="Files">
          {code.map(({ file }) => (
            <Tabs.Tab key={file} value={file}>
              <code>{file}</code>
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {code.map(({ file, language, text }) => (
          <Tabs.Panel key={file} value={file} className={styles.file}>
            <CodeBlock label={file} code={text}>
              {highlight(text, language)}
            </CodeBlock>
          </Tabs.Panel>
        ))}
      </Tabs>
    </section>
  );
}
