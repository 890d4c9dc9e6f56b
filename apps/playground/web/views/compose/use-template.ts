import type { Template } from '@postern/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ComposeChoices } from '../../../src/wire/compose';
import type { TemplateList } from '../../../src/wire/template';
import { get } from '../../queries';
import { BLANK, type Draft, draftOf, dropDraft, isSameDraft, keyOf, useDesk } from './draft';

interface EditedTemplate {
  /** Absent until its start is loaded. */
  readonly draft?: Draft | undefined;
  /** Whether the running config has the same template. */
  readonly isSaved: boolean;
  /** Whether it has unsaved changes. */
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

/** The template in the editor: from the running config, or a ready-made one. */
export function useTemplate(choices: ComposeChoices | undefined): EditedTemplate {
  const { selection, drafts } = useDesk();
  const { usageType, locale } = selection;
  const list = useQuery({
    queryKey: ['templates'],
    queryFn: get<TemplateList>('/templates'),
  });
  const saved = list.data?.templates.find(
    (template) => template.usageType === usageType && (template.locale ?? null) === locale,
  );
  const isReadyMade = choices?.usageTypes.some((known) => known.type === usageType && known.isReadyMade);
  const beginning = useQuery({
    queryKey: ['ready-made', usageType, locale],
    queryFn: get<Template>(readyMadePath(usageType, locale ?? choices?.defaultLocale ?? 'en')),
    enabled: list.isSuccess && saved === undefined && isReadyMade === true,
  });

  const isKnown = list.isSuccess && choices !== undefined;
  const base =
    (saved && draftOf(saved)) ??
    (beginning.data && draftOf(beginning.data)) ??
    (isKnown && !isReadyMade ? BLANK : undefined);
  const edited = drafts.get(keyOf(selection));
  const draft = edited ?? base;
  const isSaved = saved !== undefined && draft !== undefined && isSameDraft(draft, draftOf(saved));
  // From now on, the editor follows the running config.
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
