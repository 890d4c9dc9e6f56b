import { Button, Loader, Tabs } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Check, Download, RotateCcw, ShieldCheck } from 'lucide-react';
import { useMemo, useRef } from 'react';
import type { RunningConfig } from '../../../src/wire/config';
import { call } from '../../api';
import { CodeEditor, type CodeEditorHandle } from '../../editor/code-editor';
import { download } from '../../editor/download';
import { IssueList } from '../../editor/issue-list';
import { Problem } from '../../parts/problem';
import { showFailure, showToast } from '../../parts/toasts';
import { View } from '../../parts/view';
import { get } from '../../queries';
import styles from './config.module.css';
import { Doctor } from './doctor';
import { foldedStrings } from './folded-strings';
import { inlineIssues } from './inline-issues';
import { configJson } from './json-completion';
import type { JsonSchema } from './json-schema';
import { ProviderPicker } from './provider-picker';
import { editConfig, useConfigText } from './use-config-text';
import { useInspection } from './use-inspection';

export default function ConfigView() {
  const { running, text, isChanged, error } = useConfigText();
  const { inspection, error: inspectionError, isCurrent } = useInspection(text);
  const { data: schema } = useQuery({
    queryKey: ['schema'],
    queryFn: get<JsonSchema>('/config/schema'),
  });
  const extensions = useMemo(() => [configJson(schema ?? {}), foldedStrings, inlineIssues], [schema]);
  const editor = useRef<CodeEditorHandle>(null);
  const applying = useMutation({
    mutationFn: (body: { text: string; allowHosts: readonly string[] }) =>
      call<RunningConfig>('/config', { method: 'PUT', body }),
    onSuccess: () => showToast({ kind: 'done', text: 'Applied. All delivery paths use it now.' }),
    onError: showFailure,
  });

  const issues = inspection?.issues ?? [];
  const isUsable = isCurrent && inspection?.isUsable === true;
  const failure = error ?? inspectionError;
  return (
    <View
      title="Config"
      lead="The server, the sender, and the templates in one JSON object."
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
                Discard changes
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<Download size={15} aria-hidden />}
              onClick={() => download('connector.json', 'application/json', text)}
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
          hosts={running.withheldHosts}
          onAllow={(allowHosts) => applying.mutate({ text: running.text, allowHosts })}
        />
      )}
      {text !== undefined && schema && (
        <div className={styles.columns}>
          <section className={styles.writing} aria-label="Config text">
            <CodeEditor
              ref={editor}
              label="Config"
              value={text}
              onChange={editConfig}
              extensions={extensions}
              issues={issues}
            />
            <p className={styles.quiet}>
              <kbd>Ctrl</kbd> <kbd>Space</kbd> completes keys and values. <kbd>F8</kbd> goes to the next
              problem.
            </p>
          </section>
          <Tabs defaultValue="issues" className={styles.tabs}>
            <Tabs.List>
              <Tabs.Tab value="issues">Issues{issues.length > 0 && ` (${issues.length})`}</Tabs.Tab>
              <Tabs.Tab value="provider">Provider</Tabs.Tab>
              <Tabs.Tab value="doctor">Doctor</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="issues" className={styles.panel}>
              {issues.length === 0 ? (
                <p className={styles.fine} role="status">
                  {inspection ? 'No issues. You can use this config.' : 'Checking …'}
                </p>
              ) : (
                <IssueList
                  issues={issues}
                  label="Config issues"
                  onChoose={({ line = 1, column = 1 }) => editor.current?.goTo({ line, column })}
                />
              )}
            </Tabs.Panel>
            <Tabs.Panel value="provider" className={styles.panel}>
              <ProviderPicker text={text} current={inspection} onFilled={editConfig} />
            </Tabs.Panel>
            <Tabs.Panel value="doctor" className={styles.panel}>
              <Doctor text={text} onPatched={editConfig} />
            </Tabs.Panel>
          </Tabs>
        </div>
      )}
    </View>
  );
}

interface WithheldHostsProps {
  readonly hosts: readonly string[] | undefined;
  readonly onAllow: (hosts: readonly string[]) => void;
}

/** Asks before the playground connects to another machine. */
function WithheldHosts({ hosts, onAllow }: WithheldHostsProps) {
  if (hosts === undefined) return null;
  const names = hosts.join(' and ');
  return (
    <div className={styles.withheld} role="status">
      <ShieldCheck aria-hidden />
      <p>
        <strong>Emails stay on this machine.</strong> The playground uses the sender and the templates, and
        does not connect to {names}.
      </p>
      <Button size="xs" variant="default" onClick={() => onAllow(hosts)}>
        Send through {names}
      </Button>
    </div>
  );
}
