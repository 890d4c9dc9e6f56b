import { readFileSync } from 'node:fs';

/** What Linux counts in, whatever the machine. */
const TICKS_PER_SECOND = 100;

/**
 * Seconds of CPU that a process has used so far, in steps of 10 ms, where the system says so: on Linux.
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
  // The second field is the name of the program in parentheses, whatever is in it.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
