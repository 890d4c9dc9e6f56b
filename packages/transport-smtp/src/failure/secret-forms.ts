const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

/** A secret in every form in which a login sends it: as it is, and in those of LOGIN, PLAIN and XOAUTH2. */
export const secretForms = (user: string, secret: string): string[] => [
  secret,
  base64(secret),
  base64(`\0${user}\0${secret}`),
  base64(`${user}\0${user}\0${secret}`),
  base64(`user=${user}\x01auth=Bearer ${secret}\x01\x01`),
];
