import { Button, Popover, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Download, RotateCcw, Save, Sparkles } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { ComposeChoices } from '../../../src/wire/compose';
import type { RunningConfig } from '../../../src/wire/config';
import type { ReadyMadeTemplate } from '../../../src/wire/template';
import { ApiError, call } from '../../api';
import { download } from '../../editor/download';
import { Problem } from '../../parts/problem';
import { showToast } from '../../parts/toasts';
import styles from './compose.module.css';
import { type Draft, draftOf, dropDraft, setDraft, templateOf, useDesk } from './draft';
import { readyMadePath } from './use-template';

interface TemplateActionsProps {
  readonly choices: ComposeChoices | undefined;
  readonly draft?: Draft | undefined;
  readonly isSaved: boolean;
  readonly isChanged: boolean;
}

/** What can be done with the template as a whole. */
export function TemplateActions({ choices, draft, isSaved, isChanged }: TemplateActionsProps) {
  const { selection } = useDesk();
  const saving = useMutation({
    mutationFn: (edited: Draft) =>
      call<RunningConfig>('/templates', { method: 'PUT', body: templateOf(selection, edited) }),
    onSuccess: () => {
      showToast({
        kind: 'done',
        text: 'Saved into the running config.',
        hint: 'All five ways to send use it now.',
      });
    },
    onError: (error) =>
      showToast({
        kind: 'failed',
        text: error.message,
        hint: error instanceof ApiError ? error.problem.hint : undefined,
      }),
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
          Undo all
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

/** Begins anew with a ready-made template in one's own name and colour. */
function ReadyMade({ locale }: { locale: string }) {
  const { selection } = useDesk();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('Acme');
  const [accent, setAccent] = useState('#0b6a57');
  const fetching = useMutation({
    mutationFn: () => call<ReadyMadeTemplate>(readyMadePath(selection.usageType, locale, { name, accent })),
    onSuccess: ({ template }) => {
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
        <form className={styles.readyMade} onSubmit={submit}>
          <p className={styles.quiet}>
            Takes the place of what is in the editor, in {selection.locale ?? `every language (${locale})`}.
          </p>
          <TextInput label="Brand" value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <TextInput
            label="Accent"
            type="color"
            value={accent}
            onChange={(event) => setAccent(event.currentTarget.value)}
          />
          {fetching.error && <Problem error={fetching.error} />}
          <Button type="submit" loading={fetching.isPending}>
            Start from it
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
