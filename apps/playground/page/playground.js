const byId = (id) => document.getElementById(id);
const TABS = ['html', 'text', 'headers', 'source', 'receipt'];

const state = {
  config: undefined,
  emails: [],
  /** The number of the email that is shown. */
  selected: undefined,
  /** The view that was chosen last; kept from email to email where there is one. */
  tab: 'html',
  /** What was written for each usage type. */
  drafts: new Map(),
  type: undefined,
};

/** An element with text and nothing else in it: whatever an email says stays text. */
function element(name, text, className) {
  const created = document.createElement(name);
  if (text !== undefined) created.textContent = text;
  if (className) created.className = className;
  return created;
}

const definitions = (entries) =>
  entries
    .filter(([, value]) => value !== undefined && value !== '')
    .flatMap(([name, value]) => [element('dt', name), element('dd', String(value))]);

/** Resolves with the answer's body; rejects with an error of the API's shape, whatever went wrong. */
async function call(path, options) {
  let response;
  let body;
  try {
    response = await fetch(path, options);
    body = await response.json();
  } catch {
    throw {
      code: 'unreachable',
      message: 'The playground does not answer.',
      hint: 'Is it still running? Look at the terminal where you started it.',
    };
  }
  if (!response.ok) throw body;
  return body;
}

// The inbox

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const formatTime = (date) =>
  (date.toDateString() === new Date().toDateString() ? clock : calendar).format(date);

const VIA = { logto: 'through Logto', express: 'through Express', queue: 'through the queue' };
const describeType = ({ type, locale, via }) =>
  [type ?? 'Unknown type', locale, via && VIA[via]].filter(Boolean).join(' · ');

function renderEntry(summary) {
  const button = element('button');
  button.type = 'button';
  button.setAttribute('aria-current', String(summary.id === state.selected));
  const time = element('time', formatTime(new Date(summary.at)));
  time.dateTime = summary.at;
  button.append(
    element('span', summary.subject || '(no subject)', 'subject'),
    element('span', summary.to, 'to'),
    time,
    element('span', describeType(summary), 'kind'),
  );
  button.addEventListener('click', () => show(summary.id, { isAsked: true }));
  const item = element('li');
  item.dataset.id = summary.id;
  item.append(button);
  return item;
}

function renderInbox() {
  const list = byId('emails');
  const focused = list.contains(document.activeElement)
    ? document.activeElement.closest('li').dataset.id
    : undefined;
  list.replaceChildren(...state.emails.map(renderEntry));
  if (focused) list.querySelector(`li[data-id="${focused}"] button`)?.focus();
  byId('count').textContent = state.emails.length || '';
  byId('no-emails').hidden = state.emails.length > 0;
}

async function loadInbox() {
  state.emails = (await call('api/emails')).emails;
  // A restarted playground has other emails, and maybe fewer.
  if (!state.emails.some(({ id }) => id === state.selected)) state.selected = undefined;
  if (state.selected === undefined && state.emails[0]) await show(state.emails[0].id);
  else renderInbox();
}

// One email

async function show(id, { isAsked = false } = {}) {
  state.selected = id;
  renderInbox();
  try {
    const email = await call(`api/emails/${id}`);
    if (state.selected !== id) return;
    renderEmail(email);
  } catch {
    return setLive('lost', 'Not connected');
  }
  if (isAsked && matchMedia('(max-width: 720px)').matches) byId('email').scrollIntoView();
}

function renderEmail(email) {
  byId('no-email').hidden = true;
  byId('detail').hidden = false;
  byId('subject').textContent = email.subject || '(no subject)';
  byId('envelope').replaceChildren(
    ...definitions([
      ['From', email.from],
      ['To', email.to],
      ['Type', describeType(email)],
      ['When', formatTime(new Date(email.at))],
      ['Session', email.session && describeSession(email.session)],
    ]),
  );
  renderFrame(email);
  byId('panel-text').firstElementChild.textContent = email.text;
  byId('panel-headers').firstElementChild.replaceChildren(
    ...definitions(email.headers.map(({ name, value }) => [name, value])),
  );
  byId('panel-source').firstElementChild.textContent = email.source ?? '';
  byId('panel-receipt').firstElementChild.replaceChildren(...receiptOf(email.receipt ?? {}));
  byId('tab-html').hidden = email.html === undefined;
  byId('tab-source').hidden = email.source === undefined;
  byId('tab-receipt').hidden = email.receipt === undefined;
  showTab(byId(`tab-${state.tab}`).hidden ? 'text' : state.tab);
}

const describeSession = ({ secure, user }) =>
  `${secure ? 'encrypted (TLS)' : 'not encrypted'}, ${user ? `logged in as ${user}` : 'no login'}`;

/** A new frame every time: one that goes to another address would add to the history of the page. */
function renderFrame(email) {
  const panel = byId('panel-html');
  panel.replaceChildren();
  if (email.html === undefined) return;
  const frame = element('iframe');
  frame.setAttribute('sandbox', '');
  frame.title = 'The email as its reader sees it';
  frame.src = `api/emails/${email.id}/preview`;
  panel.append(frame);
}

function showTab(chosen) {
  for (const name of TABS) {
    const tab = byId(`tab-${name}`);
    tab.setAttribute('aria-selected', String(name === chosen));
    tab.tabIndex = name === chosen ? 0 : -1;
    const panel = byId(`panel-${name}`);
    panel.hidden = name !== chosen;
    // It scrolls, so the keyboard has to reach it; the frame is reached by itself.
    if (name !== 'html') panel.tabIndex = 0;
  }
}

function chooseTab(name) {
  state.tab = name;
  showTab(name);
}

byId('tabs').addEventListener('click', ({ target }) => {
  const name = target.closest('[role=tab]')?.id.slice('tab-'.length);
  if (name) chooseTab(name);
});

byId('tabs').addEventListener('keydown', (event) => {
  const visible = TABS.filter((name) => !byId(`tab-${name}`).hidden);
  const current = visible.findIndex((name) => byId(`tab-${name}`) === event.target);
  const next = {
    ArrowRight: (current + 1) % visible.length,
    ArrowLeft: (current - 1 + visible.length) % visible.length,
    Home: 0,
    End: visible.length - 1,
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  chooseTab(visible[next]);
  byId(`tab-${visible[next]}`).focus();
});

// The form

function renderConfig(config) {
  const isTrap = config.mode === 'trap';
  byId('mode').textContent = isTrap ? 'Mail trap' : 'Real server';
  byId('mode').classList.toggle('caution', !isTrap);
  byId('destination').textContent = isTrap
    ? `${config.server} keeps every email on this machine`
    : `Mail goes out through ${config.server} as ${config.fromEmail}`;
  if (!isTrap) {
    byId('inbox-title').textContent = 'Sent';
    byId('real-server').textContent = `This really sends an email, through ${config.server}.`;
    byId('real-server').hidden = false;
  }
  if (!config.hasLogto) byId('via').querySelector('[value=logto]')?.remove();
  byId('type').replaceChildren(...config.usageTypes.map(({ type }) => new Option(type, type)));
  if (state.config === undefined) {
    byId('to').value = config.recipient;
    if (config.usageTypes.some(({ type }) => type === 'SignIn')) byId('type').value = 'SignIn';
  }
  state.config = config;
  chooseType();
}

function chooseType() {
  const payload = byId('payload');
  if (state.type !== undefined) state.drafts.set(state.type, payload.value);
  state.type = byId('type').value;
  const usage = state.config.usageTypes.find(({ type }) => type === state.type);
  payload.value = state.drafts.get(state.type) ?? JSON.stringify(usage.payload, null, 2);
  showPayloadError(undefined);

  const { defaultLocale } = state.config;
  byId('locales').replaceChildren(...usage.locales.map((locale) => new Option(locale)));
  byId('locale').placeholder = usage.locales.length > 0 ? (defaultLocale ?? '') : 'any';
  byId('locale-hint').textContent =
    usage.locales.length > 0
      ? `${state.type} has templates in ${usage.locales.join(', ')}.`
      : `One ${state.type} template serves every language.`;
}

function showPayloadError(message) {
  byId('payload').setAttribute('aria-invalid', String(message !== undefined));
  byId('payload-error').textContent = message ?? '';
}

const receiptOf = ({ response, messageId, attempts, durationMs }) =>
  definitions([
    ['Reply', response],
    ['Message-ID', messageId],
    ['Attempts', attempts],
    ['Took', durationMs === undefined ? undefined : `${durationMs} ms`],
  ]);

function showResult({ title, message, hint, details, hasFailed }) {
  const result = byId('result');
  const [heading, text, advice, fields] = result.children;
  result.classList.toggle('failed', hasFailed === true);
  heading.textContent = title;
  text.textContent = message ?? '';
  text.hidden = !message;
  advice.textContent = hint ?? '';
  advice.hidden = !hint;
  fields.replaceChildren(...details);
  result.hidden = false;
  result.scrollIntoView({ block: 'nearest' });
}

const showReceipt = (receipt) =>
  showResult({ title: `Accepted for ${receipt.accepted}`, details: receiptOf(receipt) });

const FINAL = ['sent', 'failed', 'expired', 'cancelled', 'unknown'];
const POLL_EVERY = 150;

const showDelivery = ({ state, id, to, lane, attempts, reply, messageId, error, nextAttemptAt }) =>
  showResult({
    title: { queued: 'Queued', sending: 'Being sent', sent: `Sent to ${to}` }[state] ?? `Delivery ${state}`,
    message: error?.message,
    hint: error?.hint,
    hasFailed: FINAL.includes(state) && state !== 'sent',
    details: definitions([
      ['State', state],
      ['Delivery', id],
      ['Lane', lane],
      ['Attempts', attempts],
      ['Next', nextAttemptAt && formatTime(new Date(nextAttemptAt))],
      ['Reply', reply],
      ['Message-ID', messageId],
    ]),
  });

/** The delivery whose state the result shows; a newer send takes its place. */
let followed;

async function follow(delivery) {
  followed = delivery.id;
  let known = delivery;
  while (followed === delivery.id) {
    showDelivery(known);
    if (FINAL.includes(known.state)) return showNewest();
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY));
    known = await call(`api/deliveries/${delivery.id}`);
  }
}

async function showNewest() {
  state.selected = undefined;
  await loadInbox();
  byId('emails').firstElementChild?.scrollIntoView({ block: 'nearest' });
}

const showFailure = ({ code, stage, retryable, message, hint, responseCode, response }) =>
  showResult({
    title: 'Not sent',
    message,
    hint,
    hasFailed: true,
    details: definitions([
      ['Code', code],
      ['Stage', stage],
      ['Reply', responseCode === undefined ? undefined : (response ?? responseCode)],
      ['Try again', retryable === undefined ? undefined : retryable ? 'can help' : 'will not help'],
    ]),
  });

function readPayload() {
  try {
    const payload = JSON.parse(byId('payload').value);
    showPayloadError(undefined);
    return { payload };
  } catch (error) {
    showPayloadError(error.message);
    return undefined;
  }
}

let isSending = false;

async function send() {
  if (isSending || state.config === undefined) return;
  const read = readPayload();
  byId('result').hidden = true;
  followed = undefined;
  if (read === undefined) return byId('payload').focus();
  setSending(true);
  try {
    const { to, type, locale, via } = byId('form').elements;
    const answer = await call('api/emails', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        to: to.value,
        type: type.value,
        locale: locale.value.trim(),
        via: via.value,
        ...read,
      }),
    });
    if (via.value === 'queue') return follow(answer).catch(showFailure);
    showReceipt(answer);
    await showNewest();
  } catch (problem) {
    showFailure(problem);
  } finally {
    setSending(false);
  }
}

/** The button stays enabled: a disabled one would lose the focus. */
function setSending(value) {
  isSending = value;
  byId('submit').setAttribute('aria-disabled', String(value));
  byId('submit').textContent = value ? 'Sending' : 'Send';
}

byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  send();
});
byId('type').addEventListener('change', chooseType);
byId('payload').addEventListener('change', readPayload);
byId('payload').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  send();
});

// New mail

function setLive(value, text) {
  const live = byId('live');
  live.dataset.state = value;
  live.textContent = text;
}

const events = new EventSource('api/events');
// Also after a break, in which anything may have happened.
events.addEventListener('open', async () => {
  try {
    renderConfig(await call('api/config'));
    await loadInbox();
    setLive('live', 'Live');
  } catch {
    setLive('lost', 'Not connected');
  }
});
events.addEventListener('email', (event) => {
  const summary = JSON.parse(event.data);
  if (state.emails.some(({ id }) => id === summary.id)) return;
  state.emails = [summary, ...state.emails];
  if (state.selected === undefined) show(summary.id);
  else renderInbox();
});
events.addEventListener('error', () => setLive('lost', 'Not connected'));
