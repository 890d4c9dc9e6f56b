import { readFileSync } from 'node:fs';

/** Linux counts CPU time in these ticks on all machines. */
const TICKS_PER_SECOND = 100;

/**
 * The CPU time of a process in seconds, with a resolution of 10 ms. Available only on Linux.
 *
 * Fields 14 and 15 of proc_pid_stat(5), in user and in kernel mode.
 */
export function cpuSecondsOf(pid: number): number | undefined {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the program name in parentheses, which can contain any character.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
