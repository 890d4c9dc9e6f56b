import { useEffect, useRef, useState } from 'react';
import type { DoctorLine } from '../../../src/wire/doctor';
import { ApiError, callForLines } from '../../api';

type Line<Type extends DoctorLine['type']> = Extract<DoctorLine, { type: Type }>;

export interface Examination {
  /** The text that was checked. */
  readonly text: string;
  /** The steps to expect. */
  readonly expected: Line<'begin'>['steps'];
  readonly done: readonly Line<'step'>['step'][];
  readonly diagnosis?: Line<'end'>['diagnosis'];
  readonly state: 'running' | 'ended' | 'cancelled' | 'failed';
  readonly error?: unknown;
}

interface DoctorOrder {
  readonly text: string;
  readonly to: string;
  readonly allowHosts: readonly string[];
}

/** Runs the doctor, step by step. */
export function useDoctor() {
  const [examination, setExamination] = useState<Examination>();
  const running = useRef<AbortController>(null);
  // Leaving the view stops the doctor.
  useEffect(() => () => running.current?.abort(), []);

  const cancel = () => {
    running.current?.abort();
    setExamination((now) => now && { ...now, state: 'cancelled' });
  };

  const start = async ({ text, to, allowHosts }: DoctorOrder) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    const tell = (change: (now: Examination) => Examination) => {
      if (!signal.aborted) setExamination((now) => now && change(now));
    };
    setExamination({ text, expected: [], done: [], state: 'running' });
    try {
      const body = { text, allowHosts, ...(to !== '' && { to }) };
      for await (const line of callForLines<DoctorLine>('/doctor', { body, signal })) {
        tell((now) => hear(now, line));
      }
      // The connection ended before the diagnosis.
      tell((now) => (now.state === 'running' ? { ...now, state: 'cancelled' } : now));
    } catch (error) {
      tell((now) => ({ ...now, state: 'failed', error }));
    }
  };
  return { examination, start, cancel };
}

function hear(now: Examination, line: DoctorLine): Examination {
  switch (line.type) {
    case 'begin':
      return { ...now, expected: line.steps };
    case 'step':
      return { ...now, done: [...now.done, line.step] };
    case 'end':
      return { ...now, diagnosis: line.diagnosis, state: 'ended' };
    case 'problem':
      return { ...now, error: new ApiError(line.problem), state: 'failed' };
  }
}
