import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  CheckSignInRequest,
  SignInState,
  StartedSignIn,
  StartSignInRequest,
  VerifiedSignIn,
} from '../../../src/wire/sign-in';
import { ApiError, call } from '../../api';

const keyOf = (to: string) => ['sign-in', to];

/** What holds for an address now: guesses that are left, when another email can be asked for, lockout. */
export const useSignInState = (to: string) =>
  useQuery({
    queryKey: keyOf(to),
    queryFn: ({ signal }) => call<SignInState>(`/sign-in?${new URLSearchParams({ to })}`, { signal }),
  });

/** Every answer says what holds now, refusals too. */
function useKeepState() {
  const queries = useQueryClient();
  return (to: string, state: SignInState | undefined) => {
    if (state) queries.setQueryData(keyOf(to), state);
  };
}

const stateOf = (error: unknown) => (error instanceof ApiError ? error.problem.state : undefined);

/** Asks for an email with a code or a link. */
export function useStart() {
  const keep = useKeepState();
  return useMutation({
    mutationFn: (body: StartSignInRequest) => call<StartedSignIn>('/sign-in/start', { body }),
    onSuccess: ({ state }, { to }) => keep(to, state),
    onError: (error, { to }) => keep(to, stateOf(error)),
  });
}

/** Tries a code. */
export function useCheck() {
  const keep = useKeepState();
  return useMutation({
    mutationFn: (body: CheckSignInRequest) => call<VerifiedSignIn>('/sign-in/check', { body }),
    onSuccess: ({ state }, { to }) => keep(to, state),
    onError: (error, { to }) => keep(to, stateOf(error)),
  });
}
