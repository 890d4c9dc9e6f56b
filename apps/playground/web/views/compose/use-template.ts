import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ComposeChoices } from '../../../src/wire/compose';
import type { ReadyMadeTemplate, TemplateList } from '../../../src/wire/template';
import { call } from '../../api';
import { BLANK, type Draft, draftOf, dropDraft, isSameDraft, keyOf, useDesk } from './draft';

interface EditedTemplate {
  /** Absent until it is known what to begin with. */
  readonly draft?: Draft | undefined;
  /** Whether the running config has it as it is. */
  readonly isSaved: boolean;
  /** Whether something was typed into it. */
  readonly isChanged: boolean;
  readonly error: Error | null;
}

export const readyMadePath = (
  type: string,
  locale: string,
  brand?: { name: string; accent: string },
): string =>
  `/templates/ready-made?${new URLSearchParams({
    type,
    locale,
    ...(brand && { brand: brand.name, accent: brand.accent }),
  })}`;

/** The chosen template as it is being edited: from the running config, or a ready-made one to begin with. */
export function useTemplate(choices: ComposeChoices | undefined): EditedTemplate {
  const { selection, drafts } = useDesk();
  const { usageType, locale } = selection;
  const list = useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => call<TemplateList>('/templates', { signal }),
  });
  const saved = list.data?.templates.find(
    (template) => template.usageType === usageType && (template.locale ?? null) === locale,
  );
  const isReadyMade = choices?.usageTypes.some((known) => known.type === usageType && known.isReadyMade);
  const beginning = useQuery({
    queryKey: ['ready-made', usageType, locale],
    queryFn: ({ signal }) =>
      call<ReadyMadeTemplate>(readyMadePath(usageType, locale ?? choices?.defaultLocale ?? 'en'), { signal }),
    enabled: list.isSuccess && saved === undefined && isReadyMade === true,
  });

  const isKnown = list.isSuccess && choices !== undefined;
  const base =
    (saved && draftOf(saved)) ??
    (beginning.data && draftOf(beginning.data.template)) ??
    (isKnown && !isReadyMade ? BLANK : undefined);
  const edited = drafts.get(keyOf(selection));
  const draft = edited ?? base;
  const isSaved = saved !== undefined && draft !== undefined && isSameDraft(draft, draftOf(saved));
  // The config has it now: from here on it is the config's to change.
  const isDone = isSaved && edited !== undefined;
  useEffect(() => {
    if (isDone) dropDraft({ usageType, locale });
  }, [isDone, usageType, locale]);
  return {
    draft,
    isSaved,
    isChanged: edited !== undefined && !isSaved,
    error: list.error ?? beginning.error,
  };
}
