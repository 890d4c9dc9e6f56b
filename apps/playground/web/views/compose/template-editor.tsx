import { EditorView } from '@codemirror/view';
import { Button, Group, SegmentedControl } from '@mantine/core';
import { type RefObject, useMemo } from 'react';
import type { PayloadField } from '../../../src/wire/compose';
import type { Issue } from '../../../src/wire/issue';
import { CodeEditor, type CodeEditorHandle } from '../../editor/code-editor';
import styles from './compose.module.css';
import type { Draft } from './draft';
import { handlebars } from './handlebars';
import { html } from './html';
import { CLIENT_SUPPORT } from './template-issues';

/** The parts of a template that need an editor. */
export type TemplateText = 'content' | 'text';

interface TemplateEditorProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly fields: readonly PayloadField[];
  readonly issues: readonly Issue[];
  readonly editor: RefObject<CodeEditorHandle | null>;
  readonly shown: TemplateText;
  readonly onShow: (text: TemplateText) => void;
}

/** The HTML or text of a template, for people who write it themselves. */
export function TemplateEditor(props: TemplateEditorProps) {
  const { draft, onChange, fields, issues, editor, shown, onShow } = props;
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
  return (
    <>
      <Group gap="xs">
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
            aria-label="Part"
            value={shown}
            onChange={onShow}
            data={[
              { value: 'content', label: 'Content' },
              { value: 'text', label: draft.text === '' ? 'Text part: automatic' : 'Text part' },
            ]}
          />
        )}
      </Group>
      <div className={styles.editor}>
        <CodeEditor
          key={text}
          ref={editor}
          label={text === 'content' ? 'Template content' : 'Template text part'}
          value={draft[text]}
          onChange={(value) => onChange({ ...draft, [text]: value })}
          extensions={extensions}
          issues={ownIssues}
        />
      </div>
      <Group gap="xs">
        {fields.map(({ path, description }) => (
          <Button
            key={path}
            size="compact-xs"
            variant="default"
            className={styles.insert}
            title={description}
            aria-label={`Insert {{${path}}}`}
            onClick={() => editor.current?.insert(`{{${path}}}`)}
          >
            {`{{${path}}}`}
          </Button>
        ))}
      </Group>
    </>
  );
}
