import { Button, Loader } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Check, Download, RotateCcw } from 'lucide-react';
import { useMemo, useRef } from 'react';
import type { RunningConfig } from '../../../src/wire/config';
import { ApiError, call } from '../../api';
import { CodeEditor, type CodeEditorHandle } from '../../editor/code-editor';
import { download } from '../../editor/download';
import { IssueList } from '../../editor/issue-list';
import { Problem } from '../../parts/problem';
import { showToast } from '../../parts/toasts';
import { View } from '../../parts/view';
import styles from './config.module.css';
import { Doctor } from './doctor';
import { foldedStrings } from './folded-strings';
import { inlineIssues } from './inline-issues';
import { configJson } from './json-completion';
import type { JsonSchema } from './json-schema';
import { ProviderPicker } from './provider-picker';
import { editConfig, useConfigText } from './use-config-text';
import { useInspection } from './use-inspection';
import { WithheldHosts } from './withheld-hosts';

export default function ConfigView() {
  const { running, text, isChanged, error } = useConfigText();
  const { inspection, error: inspectionError, isCurrent } = useInspection(text);
  const { data: schema } = useQuery({
    queryKey: ['schema'],
    queryFn: ({ signal }) => call<JsonSchema>('/config/schema', { signal }),
  });
  const extensions = useMemo(() => [configJson(schema ?? {}), foldedStrings, inlineIssues], [schema]);
  const editor = useRef<CodeEditorHandle>(null);
  const applying = useMutation({
    mutationFn: (body: { text: string; allowHosts: readonly string[] }) =>
      call<RunningConfig>('/config', { method: 'PUT', body }),
    onSuccess: () => showToast({ kind: 'done', text: 'Applied. All five ways to send use it now.' }),
    onError: (failure) =>
      showToast({
        kind: 'failed',
        text: failure.message,
        hint: failure instanceof ApiError ? failure.problem.hint : undefined,
      }),
  });

  const issues = inspection?.issues ?? [];
  const isUsable = isCurrent && inspection?.isUsable === true;
  const failure = error ?? inspectionError;
  return (
    <View
      title="Config"
      lead="One JSON object: the server, the sender and the templates."
      isFilling
      actions={
        text !== undefined && (
          <>
            {isChanged && (
              <Button
                variant="subtle"
                leftSection={<RotateCcw size={15} aria-hidden />}
                onClick={() => editConfig(undefined)}
              >
                Undo all
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<Download size={15} aria-hidden />}
              onClick={() => download('postern.config.json', 'application/json', text)}
            >
              Download
            </Button>
            <Button
              leftSection={<Check size={15} aria-hidden />}
              disabled={!isChanged || !isUsable}
              loading={applying.isPending}
              onClick={() => applying.mutate({ text, allowHosts: [] })}
            >
              {isChanged ? 'Apply' : 'Applied'}
            </Button>
          </>
        )
      }
    >
      {failure && <Problem error={failure} />}
      {running && text === undefined && <Loader aria-label="Loading" m="xl" />}
      {running && !isChanged && (
        <WithheldHosts
          running={running}
          onAllow={(allowHosts) => applying.mutate({ text: running.text, allowHosts })}
        />
      )}
      {text !== undefined && schema && (
        <div className={styles.columns}>
          <section className={styles.writing} aria-label="Text of the config">
            <div className={styles.editor}>
              <CodeEditor
                ref={editor}
                label="Config"
                value={text}
                onChange={editConfig}
                extensions={extensions}
                issues={issues}
              />
            </div>
            <p className={styles.keys}>
              <kbd>Ctrl</kbd> <kbd>Space</kbd> completes, <kbd>F8</kbd> goes to the next problem.
            </p>
          </section>
          <div className={styles.beside}>
            <section className={styles.section} aria-labelledby="issues">
              <h2 id="issues">Issues</h2>
              {issues.length === 0 ? (
                <p className={styles.fine} role="status">
                  {inspection ? 'None. It can be used as it is.' : 'Looking through it.'}
                </p>
              ) : (
                <IssueList
                  issues={issues}
                  label="Issues of the config"
                  onChoose={({ line = 1, column = 1 }) => editor.current?.goTo({ line, column })}
                />
              )}
            </section>
            <ProviderPicker text={text} current={inspection?.provider} onFilled={editConfig} />
            <Doctor text={text} onPatched={editConfig} />
          </div>
        </div>
      )}
    </View>
  );
}
