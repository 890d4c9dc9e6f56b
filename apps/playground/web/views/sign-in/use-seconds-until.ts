import { useEffect, useState } from 'react';

const secondsUntil = (iso: string | undefined) =>
  iso === undefined ? 0 : Math.max(0, Math.ceil((Date.parse(iso) - Date.now()) / 1000));

/** Counts down to a moment; 0 from then on, and without one. */
export function useSecondsUntil(iso: string | undefined): number {
  const [seconds, setSeconds] = useState(() => secondsUntil(iso));
  useEffect(() => {
    setSeconds(secondsUntil(iso));
    if (secondsUntil(iso) === 0) return;
    const timer = setInterval(() => {
      const left = secondsUntil(iso);
      setSeconds(left);
      if (left === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [iso]);
  return seconds;
}
