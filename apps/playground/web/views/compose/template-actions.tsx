import { Button, Popover, TextInput } from '@mantine/core';
import type { Template } from '@postern/core';
import { useMutation } from '@tanstack/react-query';
import { Download, RotateCcw, Save, Sparkles } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { ComposeChoices } from '../../../src/wire/compose';
import { call } from '../../api';
import { download } from '../../editor/download';
import { Problem } from '../../parts/problem';
import { showFailure, showToast } from '../../parts/toasts';
import styles from './compose.module.css';
import { type Draft, draftOf, dropDraft, saveTemplate, setDraft, templateOf, useDesk } from './draft';
import { readyMadePath } from './use-template';

interface TemplateActionsProps {
  readonly choices: ComposeChoices | undefined;
  readonly draft?: Draft | undefined;
  readonly isSaved: boolean;
  readonly isChanged: boolean;
}

/** Actions for the whole template. */
export function TemplateActions({ choices, draft, isSaved, isChanged }: TemplateActionsProps) {
  const { selection } = useDesk();
  const saving = useMutation({
    mutationFn: (edited: Draft) => saveTemplate(selection, edited),
    onSuccess: () =>
      showToast({
        kind: 'done',
        text: 'Saved to the running config.',
        hint: 'All delivery paths use it now.',
      }),
    onError: showFailure,
  });
  if (!draft) return null;
  const { usageType, locale } = selection;
  const isReadyMade = choices?.usageTypes.some((type) => type.type === usageType && type.isReadyMade);
  return (
    <>
      {isChanged && (
        <Button
          variant="subtle"
          leftSection={<RotateCcw size={15} aria-hidden />}
          onClick={() => dropDraft(selection)}
        >
          Discard changes
        </Button>
      )}
      {isReadyMade && <ReadyMade locale={locale ?? choices?.defaultLocale ?? 'en'} />}
      <Button
        variant="default"
        leftSection={<Download size={15} aria-hidden />}
        onClick={() =>
          download(
            `${[usageType, locale]
              .filter(Boolean)
              .join('.')
              .replace(/[^\p{L}\p{N}_.-]+/gu, '-')}.json`,
            'application/json',
            `${JSON.stringify(templateOf(selection, draft), undefined, 2)}\n`,
          )
        }
      >
        Download
      </Button>
      <Button
        variant="default"
        leftSection={<Save size={15} aria-hidden />}
        disabled={isSaved}
        loading={saving.isPending}
        onClick={() => saving.mutate(draft)}
      >
        {isSaved ? 'Saved' : 'Save'}
      </Button>
    </>
  );
}

/** Replaces the template with a ready-made one in your brand. */
function ReadyMade({ locale }: { locale: string }) {
  const { selection } = useDesk();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('Acme');
  const [accent, setAccent] = useState('#0b6a57');
  const fetching = useMutation({
    mutationFn: () => call<Template>(readyMadePath(selection.usageType, locale, { name, accent })),
    onSuccess: (template) => {
      setDraft(selection, draftOf(template));
      setOpen(false);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    fetching.mutate();
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<Sparkles size={15} aria-hidden />}
          onClick={() => setOpen(!isOpen)}
        >
          Ready-made
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form className={styles.writing} onSubmit={submit}>
          <p>Replaces this template with a ready-made one in {locale}.</p>
          <TextInput label="Brand" value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <TextInput
            label="Accent"
            type="color"
            value={accent}
            onChange={(event) => setAccent(event.currentTarget.value)}
          />
          {fetching.error && <Problem error={fetching.error} />}
          <Button type="submit" loading={fetching.isPending}>
            Use this template
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
