import { useIsFetching } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { call } from '../api';

/** In milliseconds: the page has what it asked for. */
const REST = 1000;

/** Has the queue opened while one looks at the first view, and not before that is there: an embedded database takes seconds. */
export function useQueueOpening(): void {
  const isAtRest = useIsFetching() === 0;
  const isAsked = useRef(false);
  useEffect(() => {
    if (!isAtRest || isAsked.current) return;
    const timer = setTimeout(() => {
      isAsked.current = true;
      // Whoever sends through it or looks at it is told what is wrong with it.
      call('/deliveries?limit=1').catch(() => {});
    }, REST);
    return () => clearTimeout(timer);
  }, [isAtRest]);
}
