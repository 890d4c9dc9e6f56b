import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

const page = (action: string, field: string, button: string) => `<!doctype html>
  <html lang="en"><title>Acme ID</title>
  <form method="post" action="${action}">${field} <button>${button}</button></form>`;

const codePage = (code = '') =>
  page('/otp', `<label>Code <input name="code" value="${code}" required></label>`, 'Verify');

const passwordPage = page(
  '/password',
  '<label>Password <input name="password" type="password" required></label>',
  'Set password',
);

/** The code that {@link createAuthPages} accepts. */
export const CODE = '305805';

/** The pages of auth systems that links in emails open. */
export function createAuthPages(): Hono {
  const redeemed = new Set<string | undefined>();
  const app = new Hono();

  /**
   * Redeems a link when someone opens it. Some of these pages need a script for this.
   *
   * @see https://github.com/zitadel/zitadel/blob/main/internal/api/ui/login/mail_verify_handler.go
   * @see https://github.com/zitadel/zitadel/blob/main/apps/login/src/components/verify-form.tsx
   * @see https://clerk.com/docs/guides/configure/auth-strategies/sign-up-sign-in-options
   * @see https://github.com/logto-io/logto/blob/master/packages/experience/src/pages/OneTimeToken/index.tsx
   */
  app.get('/redeem', ({ req, text }) => {
    const token = req.query('token');
    if (redeemed.has(token)) return text('The link was already used.', 400);
    redeemed.add(token);
    return text('The link was redeemed.');
  });

  /**
   * Redeems a link only with a new password.
   *
   * @see https://github.com/zitadel/zitadel/blob/main/internal/api/ui/login/init_password_handler.go
   */
  app.get('/password', ({ html }) => html(passwordPage));
  app.post('/password', async ({ req, text }) => {
    const { password } = await req.parseBody();
    return password ? text('The password was set.') : text('Enter a password.', 400);
  });

  /**
   * Checks a code only in the browser in which the user signs in.
   *
   * @see https://github.com/zitadel/zitadel/blob/main/internal/api/ui/login/mfa_verify_otp_handler.go
   */
  app.get('/sign-in', (context) => {
    setCookie(context, 'session', 'ada');
    return context.html(codePage());
  });
  app.get('/otp', ({ req, html }) => html(codePage(req.query('code'))));
  app.post('/otp', async (context) => {
    const { code } = await context.req.parseBody();
    if (getCookie(context, 'session') === undefined) return context.text('Sign in first.', 403);
    return code === CODE ? context.text('Signed in.') : context.text('The code is not correct.', 400);
  });
  return app;
}
