/** Whether a host is this machine, so that nothing sent to it crosses a network. */
export const isLoopbackHost = (host: string): boolean =>
  /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|\[?::ffff:127(?:\.\d{1,3}){3}\]?)\.?$/i.test(
    host,
  );
