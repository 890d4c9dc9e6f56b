import { Hono } from 'hono';

interface BetterAuth {
  readonly handler: (request: Request) => Promise<Response>;
  readonly api: {
    getSession(request: { headers: Headers }): Promise<{ user: { email: string } } | null>;
  };
}

const FIELDS = {
  email: '<label>Email <input name="email" type="email" required></label>',
  password: '<label>Password <input name="password" type="password" required></label>',
  newPassword: '<label>Password <input name="newPassword" type="password" required></label>',
};

/** A page whose form calls Better Auth as its client does, and shows the status. */
const formPage = (
  path: string,
  fields: readonly (keyof typeof FIELDS)[],
  more: object = {},
) => `<!doctype html>
  <html lang="en"><title>Acme</title>
  <form>${fields.map((name) => FIELDS[name]).join(' ')} <button>Send</button></form>
  <p role="status"></p>
  <script>
    document.forms[0].onsubmit = async (event) => {
      event.preventDefault();
      const fields = { ...Object.fromEntries(new FormData(event.target)), ...${JSON.stringify(more)} };
      const { status } = await fetch('/api/auth${path}', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(fields),
      });
      document.querySelector('[role=status]').textContent = status;
    };
  </script>`;

/** An application that mounts Better Auth and a link guard as the guide says, with the pages that it needs. */
export function createBetterAuthApp(
  auth: BetterAuth,
  linkGuard: { readonly fetch: (request: Request) => Promise<Response> },
): Hono {
  const app = new Hono();
  app.on(['GET', 'POST'], '/api/auth/*', ({ req }) => auth.handler(req.raw));
  app.all('/open', ({ req }) => linkGuard.fetch(req.raw));
  app.get('/', async ({ req, text }) => {
    const session = await auth.api.getSession({ headers: req.raw.headers });
    return text(`Hello, ${session?.user.email ?? 'stranger'}.`);
  });
  app.get('/link', ({ html }) => html(formPage('/sign-in/magic-link', ['email'])));
  app.get('/sign-up', ({ html }) => html(formPage('/sign-up/email', ['email', 'password'], { name: 'Ada' })));
  app.get('/sign-in', ({ html }) => html(formPage('/sign-in/email', ['email', 'password'])));
  app.get('/forgot', ({ html }) =>
    html(formPage('/request-password-reset', ['email'], { redirectTo: '/reset' })),
  );
  app.get('/reset', ({ req, html }) =>
    html(formPage('/reset-password', ['newPassword'], { token: req.query('token') })),
  );
  return app;
}
