import { Loader, Tabs, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { ComposeUsageType, UsedVariable } from '../../../src/wire/compose';
import type { Issue } from '../../../src/wire/issue';
import type { CodeEditorHandle } from '../../editor/code-editor';
import { type Payload, valueAt, withValueAt } from '../../parts/payload';
import { PayloadFields } from '../../parts/payload-fields';
import { Problem } from '../../parts/problem';
import { View } from '../../parts/view';
import { useChoices } from '../../queries';
import styles from './compose.module.css';
import { type Draft, keyOf, setDraft, setPayload, templateOf, useDesk } from './draft';
import { PreviewPane } from './preview-pane';
import { TemplateActions } from './template-actions';
import { TemplateEditor, type TemplateText } from './template-editor';
import { TemplateIssues } from './template-issues';
import { TemplatePicker } from './template-picker';
import { usePreview } from './use-preview';
import { useTemplate } from './use-template';

export default function ComposeView() {
  const { selection, payloads } = useDesk();
  const { data: choices, error } = useChoices();
  const template = useTemplate(choices);
  const { draft } = template;
  const type = choices?.usageTypes.find((known) => known.type === selection.usageType);
  const payload = payloads.get(selection.usageType) ?? (type && sampleOf(type));

  const [withSource, setWithSource] = useState(false);
  const preview = usePreview(
    draft && payload && { template: templateOf(selection, draft), payload, source: withSource },
  );
  const { issues = [], variables = [] } = preview.data ?? {};

  const editor = useRef<CodeEditorHandle>(null);
  const [tab, setTab] = useState<string | null>('content');
  const [shownText, setShownText] = useState<TemplateText>('content');
  const goTo = ({ part, line = 1, column = 1 }: Issue) => {
    if (part !== 'content' && part !== 'text') return setTab('content');
    // The editor must exist before it can move its cursor.
    flushSync(() => {
      setTab('editor');
      setShownText(part);
    });
    editor.current?.goTo({ line, column });
  };
  const failure = error ?? template.error;

  return (
    <View
      title="Compose"
      lead="Edit a template and see the email that people receive."
      actions={<TemplateActions choices={choices} {...template} />}
    >
      {failure && <Problem error={failure} />}
      {!(draft && type && payload) && !failure && <Loader aria-label="Loading" m="xl" />}
      {choices && draft && type && payload && (
        <div className={styles.columns} data-tab={tab}>
          <PreviewPane
            key={keyOf(selection)}
            preview={preview.data}
            error={preview.error}
            isSaved={template.isSaved}
            draft={draft}
            payload={payload}
            onSource={setWithSource}
          />
          <section className={styles.writing} aria-label="Template">
            <TemplatePicker choices={choices} />
            <Tabs value={tab} onChange={setTab} keepMounted={false}>
              <Tabs.List>
                <Tabs.Tab value="content">Content</Tabs.Tab>
                <Tabs.Tab value="editor">
                  {draft.contentType === 'text/html' ? 'HTML' : 'Text'} (advanced)
                </Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="content" className={styles.panel}>
                <TemplateFields
                  draft={draft}
                  onChange={(next) => setDraft(selection, next)}
                  issues={issues}
                />
                <h2>Variables</h2>
                <PayloadFields
                  fields={fieldsOf(type, variables)}
                  payload={payload}
                  onChange={(next) => setPayload(selection.usageType, next)}
                />
              </Tabs.Panel>
              <Tabs.Panel value="editor" className={styles.panel}>
                <TemplateEditor
                  key={keyOf(selection)}
                  draft={draft}
                  onChange={(next) => setDraft(selection, next)}
                  fields={type.fields}
                  issues={issues}
                  editor={editor}
                  shown={shownText}
                  onShow={setShownText}
                />
              </Tabs.Panel>
            </Tabs>
            <TemplateIssues issues={issues} onChoose={goTo} />
          </section>
        </div>
      )}
    </View>
  );
}

interface TemplateFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly issues: readonly Issue[];
}

function TemplateFields({ draft, onChange, issues }: TemplateFieldsProps) {
  const field = (part: 'subject' | 'sendFrom' | 'replyTo', label: string, description?: string) => {
    const issue = issues.find(
      (each) => each.part === part && (part !== 'subject' || each.severity === 'error'),
    );
    return (
      <TextInput
        label={label}
        description={description}
        dir="auto"
        spellCheck={false}
        value={draft[part]}
        onChange={({ currentTarget: { value } }) => onChange({ ...draft, [part]: value })}
        error={issue && `${issue.column === undefined ? '' : `Column ${issue.column}: `}${issue.message}`}
      />
    );
  };
  return (
    <>
      {field('subject', 'Subject')}
      <details className={styles.more}>
        <summary>Sender and reply address</summary>
        <div className={styles.panel}>
          {field('sendFrom', 'From', 'Replaces the sender of the config.')}
          {field('replyTo', 'Reply to', 'Replaces the reply address of the config.')}
        </div>
      </details>
    </>
  );
}

const sampleOf = ({ fields, samplePayload }: ComposeUsageType): Payload =>
  fields.reduce<Payload>((payload, { path }) => withValueAt(payload, path, valueAt(samplePayload, path)), {});

/** The fields of a usage type, and the other variables that the template uses. */
function fieldsOf({ fields }: ComposeUsageType, used: readonly UsedVariable[]) {
  const isKnown = (path: string) => fields.some((field) => `${field.path}.`.startsWith(`${path}.`));
  const others = used.filter(({ path, isKnown: known }) => known !== false && !isKnown(path));
  const usedIn = (path: string) => {
    const parts = used.find((variable) => variable.path === path)?.parts;
    return parts ? `Used in: ${parts.join(', ')}.` : 'Not used in this template.';
  };
  return [
    ...fields.map((field) => ({ ...field, description: `${field.description} ${usedIn(field.path)}` })),
    ...others.map(({ path }) => ({
      path,
      label: path,
      kind: 'text' as const,
      required: 'never' as const,
      description: usedIn(path),
    })),
  ];
}
