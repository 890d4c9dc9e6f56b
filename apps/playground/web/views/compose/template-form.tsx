import { EditorView } from '@codemirror/view';
import { SegmentedControl, TextInput } from '@mantine/core';
import { type RefObject, useMemo } from 'react';
import type { PayloadField } from '../../../src/wire/compose';
import type { Issue } from '../../../src/wire/issue';
import { CodeEditor, type CodeEditorHandle } from '../../editor/code-editor';
import styles from './compose.module.css';
import type { Draft } from './draft';
import { handlebars } from './handlebars';
import { html } from './html';
import { CLIENT_SUPPORT } from './template-issues';

/** The texts that are long. */
export type TemplateText = 'content' | 'text';

interface TemplateFormProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly fields: readonly PayloadField[];
  readonly issues: readonly Issue[];
  readonly editor: RefObject<CodeEditorHandle | null>;
  readonly subject: RefObject<HTMLInputElement | null>;
  readonly shown: TemplateText;
  readonly onShow: (text: TemplateText) => void;
}

export function TemplateForm(props: TemplateFormProps) {
  const { draft, onChange, fields, issues, editor, subject, shown, onShow } = props;
  const isHtml = draft.contentType === 'text/html';
  const text = isHtml ? shown : 'content';
  const isMarkup = isHtml && text === 'content';
  const extensions = useMemo(
    () => [isMarkup ? html() : [], handlebars(fields), EditorView.lineWrapping],
    [isMarkup, fields],
  );
  const ownIssues = useMemo(
    () => issues.filter(({ part, code }) => part === text && code !== CLIENT_SUPPORT),
    [issues, text],
  );
  const subjectError = issues.find(({ part, severity }) => part === 'subject' && severity === 'error');

  return (
    <>
      <TextInput
        ref={subject}
        label="Subject"
        dir="auto"
        value={draft.subject}
        onChange={({ currentTarget: { value } }) => onChange({ ...draft, subject: value })}
        error={subjectError && `Column ${subjectError.column ?? 1}: ${subjectError.message}`}
        spellCheck={false}
      />
      <div className={styles.bar}>
        <SegmentedControl
          size="xs"
          aria-label="Format"
          value={draft.contentType}
          onChange={(contentType) => onChange({ ...draft, contentType })}
          data={[
            { value: 'text/html', label: 'HTML' },
            { value: 'text/plain', label: 'Plain text' },
          ]}
        />
        {isHtml && (
          <SegmentedControl
            size="xs"
            aria-label="Text under edit"
            value={shown}
            onChange={onShow}
            data={[
              { value: 'content', label: 'Content' },
              { value: 'text', label: draft.text === '' ? 'Plain-text part: derived' : 'Plain-text part' },
            ]}
          />
        )}
      </div>
      <div className={styles.editor}>
        <CodeEditor
          key={text}
          ref={editor}
          label={text === 'content' ? 'Content of the template' : 'Plain-text part of the template'}
          value={draft[text]}
          onChange={(value) => onChange({ ...draft, [text]: value })}
          extensions={extensions}
          issues={ownIssues}
        />
      </div>
    </>
  );
}

type SenderFieldsProps = Pick<TemplateFormProps, 'draft' | 'onChange' | 'issues'>;

/** What few templates need. */
export function SenderFields({ draft, onChange, issues }: SenderFieldsProps) {
  return (
    <details className={styles.more}>
      <summary>Sender and reply address</summary>
      <div className={styles.fields}>
        <TextInput
          label="From"
          description="Replaces the sender of the config"
          value={draft.sendFrom}
          onChange={({ currentTarget: { value } }) => onChange({ ...draft, sendFrom: value })}
          error={issues.find(({ part }) => part === 'sendFrom')?.message}
        />
        <TextInput
          label="Reply to"
          description="Replaces that of the config"
          value={draft.replyTo}
          onChange={({ currentTarget: { value } }) => onChange({ ...draft, replyTo: value })}
          error={issues.find(({ part }) => part === 'replyTo')?.message}
        />
      </div>
    </details>
  );
}
