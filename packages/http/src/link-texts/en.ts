import type { LinkTexts } from './link-texts.js';

export const en: LinkTexts = {
  lang: 'en',
  title: 'Almost there',
  text: 'Press the button to continue as {address}.',
  textWithoutAddress: 'Press the button to continue.',
  button: 'Continue',
  doneTitle: 'Done',
  doneText: 'You can close this page.',
  continue: 'Continue',
  failedTitle: 'This link doesn’t work',
  notFoundText: 'It was already used or replaced by a newer link. Request a new one.',
  expiredText: 'It has expired. Request a new one.',
  failedText: 'Open it from the email again, or request a new one.',
  otherBrowserTitle: 'Continue in the browser where you started',
  otherBrowserText: 'You requested this link in a different browser. Enter this code there:',
  otherBrowserTextWithoutCode:
    'You requested this link in a different browser. Open it there, or request a new one in this browser. In a mail app, choose “Open in browser” from the menu.',
  shareWarning: 'Never share this code. Enter it only on your own device.',
  enterCodeTitle: 'Enter the code',
  findCodeText: 'Enter the code from the email. If the email has no code, open the link in it to see one.',
  codeLabel: 'Code',
  wrongCodeText: 'This code isn’t correct. Check it and try again.',
  cookieText: 'This browser didn’t request a link, or the link has expired. Request a new one.',
};
