import { NativeSelect } from '@mantine/core';
import type { ComposeChoices, Language } from '../../../src/wire/compose';
import styles from './compose.module.css';
import { select, useDesk } from './draft';

/** The value for every language. Language tags are never empty. */
const EVERY = '';

const nameOf = ({ tag, name, englishName }: Language) =>
  `${name}${name === englishName ? '' : ` · ${englishName}`} (${tag})`;

/** Selects a template by usage type and language. */
export function TemplatePicker({ choices }: { choices: ComposeChoices }) {
  const { selection } = useDesk();
  const type = choices.usageTypes.find((known) => known.type === selection.usageType);
  const there = type?.locales ?? [];
  const label = (tag: string) => {
    const language = choices.languages.find((known) => known.tag === tag);
    return language ? nameOf(language) : tag;
  };
  const others = choices.languages.filter(({ tag }) => !there.includes(tag));
  const options = (tags: readonly string[]) => tags.map((value) => ({ value, label: label(value) }));
  return (
    <div className={styles.pickers}>
      <NativeSelect
        label="Usage type"
        value={selection.usageType}
        onChange={({ currentTarget: { value } }) => {
          const next = choices.usageTypes.find((known) => known.type === value);
          // Keep the language if the usage type has it.
          const locale = next?.locales.includes(selection.locale) ? selection.locale : null;
          select({ usageType: value, locale });
        }}
        data={choices.usageTypes.map(({ type }) => type)}
      />
      <NativeSelect
        label="Language"
        value={selection.locale ?? EVERY}
        onChange={({ currentTarget: { value } }) =>
          select({ ...selection, locale: value === EVERY ? null : value })
        }
        data={[
          {
            group: 'In the config',
            items: [
              { value: EVERY, label: 'Every language' },
              ...options(there.filter((tag) => tag !== null)),
            ],
          },
          { group: 'New', items: options(others.map(({ tag }) => tag)) },
        ]}
      />
    </div>
  );
}
