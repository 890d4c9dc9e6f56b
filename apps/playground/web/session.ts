import { useQuery } from '@tanstack/react-query';
import type { Session } from '../src/wire/session';
import { call } from './api';

/** Where emails go, and to whom samples do. */
export const useSession = () =>
  useQuery({ queryKey: ['session'], queryFn: ({ signal }) => call<Session>('/session', { signal }) });
