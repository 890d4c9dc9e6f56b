import { Tabs } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { WayDescription } from '../../../src/wire/send';
import { CodeBlock } from '../../parts/code-block';
import styles from './code-sample.module.css';
import { highlight } from './highlight';
import { type ChosenEmail, sampleCode } from './sample-code';

interface CodeSampleProps {
  readonly way: WayDescription;
  readonly email: ChosenEmail;
}

/** Complete programs that send the email in the form. */
export function CodeSample({ way: { packages, code }, email }: CodeSampleProps) {
  const [chosen, setChosen] = useState<string | null>(code[0]?.file ?? null);
  return (
    <section className={styles.sample} aria-labelledby="sample">
      <h2 id="sample">The code you would write</h2>
      {packages.length > 0 && (
        <>
          <CodeBlock label="Install command" code={`npm install ${packages.join(' ')}`} wrap />
          <p className={styles.note}>
            Save <Link href="/config">your config</Link> as <code>connector.json</code> next to the program.
          </p>
        </>
      )}
      <Tabs value={chosen} onChange={setChosen} keepMounted={false} className={styles.code}>
        <Tabs.List aria-label="Files">
          {code.map(({ file }) => (
            <Tabs.Tab key={file} value={file}>
              <code>{file}</code>
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {code.map(({ file, text }) => (
          <Tabs.Panel key={file} value={file} className={styles.file}>
            <CodeBlock label={file} code={sampleCode(text, email)}>
              {file.endsWith('.ts') ? highlight(sampleCode(text, email)) : text}
            </CodeBlock>
          </Tabs.Panel>
        ))}
      </Tabs>
    </section>
  );
}
