import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { ComposeChoices, ComposeUsageType } from '../../../src/wire/compose';
import type { Issue } from '../../../src/wire/issue';
import { call } from '../../api';
import type { CodeEditorHandle } from '../../editor/code-editor';
import { type Payload, valueAt, withValueAt } from '../../parts/payload';
import { Problem } from '../../parts/problem';
import { View } from '../../parts/view';
import styles from './compose.module.css';
import { keyOf, setDraft, setPayload, templateOf, useDesk } from './draft';
import { PreviewPane } from './preview-pane';
import { TemplateActions } from './template-actions';
import { SenderFields, TemplateForm, type TemplateText } from './template-form';
import { TemplateIssues } from './template-issues';
import { TemplatePicker } from './template-picker';
import { usePreview } from './use-preview';
import { useTemplate } from './use-template';
import { VariableFields } from './variable-fields';

export default function ComposeView() {
  const { selection, payloads } = useDesk();
  const { data: choices, error } = useQuery({
    queryKey: ['compose'],
    queryFn: ({ signal }) => call<ComposeChoices>('/compose', { signal }),
  });
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
  const subject = useRef<HTMLInputElement>(null);
  const [shownText, setShownText] = useState<TemplateText>('content');
  const goTo = ({ part, line = 1, column = 1 }: Issue) => {
    if (part === 'subject') return subject.current?.focus();
    // The editor of the other text has to be there first.
    if (part === 'content' || part === 'text') flushSync(() => setShownText(part));
    editor.current?.goTo({ line, column });
  };
  const failure = error ?? template.error;

  return (
    <View
      title="Compose"
      lead="Write a template, and see what its reader gets."
      actions={<TemplateActions choices={choices} {...template} />}
    >
      {failure && <Problem error={failure} />}
      {!(draft && type && payload) && !failure && <Loader aria-label="Loading" m="xl" />}
      {choices && draft && type && payload && (
        <div className={styles.columns}>
          <section className={styles.writing} aria-label="Template">
            <TemplatePicker choices={choices} />
            <TemplateForm
              key={keyOf(selection)}
              draft={draft}
              onChange={(next) => setDraft(selection, next)}
              fields={type.fields}
              issues={issues}
              editor={editor}
              subject={subject}
              shown={shownText}
              onShow={setShownText}
            />
            <TemplateIssues issues={issues} onChoose={goTo} />
            <SenderFields draft={draft} onChange={(next) => setDraft(selection, next)} issues={issues} />
          </section>
          <PreviewPane
            key={keyOf(selection)}
            preview={preview.data}
            error={preview.error}
            isSaved={template.isSaved}
            draft={draft}
            payload={payload}
            onSource={setWithSource}
          />
          <VariableFields
            fields={type.fields}
            used={variables}
            payload={payload}
            onChange={(next) => setPayload(selection.usageType, next)}
            onInsert={(path) => editor.current?.insert(`{{${path}}}`)}
          />
        </div>
      )}
    </View>
  );
}

/** What the fields of the form begin with. */
const sampleOf = ({ fields, samplePayload }: ComposeUsageType): Payload =>
  fields.reduce<Payload>((payload, { path }) => withValueAt(payload, path, valueAt(samplePayload, path)), {});
