/** The longest time that timers can wait, in milliseconds (24.8 days). With a longer one, they fire immediately. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;
