import type { LinkTexts } from './link-texts.js';

export const da: LinkTexts = {
  lang: 'da',
  title: 'Næsten færdig',
  text: 'Tryk på knappen for at fortsætte som {address}.',
  textWithoutAddress: 'Tryk på knappen for at fortsætte.',
  button: 'Fortsæt',
  doneTitle: 'Færdig',
  doneText: 'Du kan lukke denne side.',
  continue: 'Fortsæt',
  failedTitle: 'Linket virker ikke',
  notFoundText: 'Linket er allerede brugt eller erstattet af et nyere. Bed om et nyt.',
  expiredText: 'Linket er udløbet. Bed om et nyt.',
  failedText: 'Åbn linket fra e-mailen igen, eller bed om et nyt.',
  otherBrowserTitle: 'Fortsæt i den browser, hvor du begyndte',
  otherBrowserText: 'Du bad om linket i en anden browser. Indtast denne kode dér:',
  otherBrowserTextWithoutCode:
    'Du bad om linket i en anden browser. Åbn det dér, eller bed om et nyt i denne browser. I en mailapp skal du vælge ”Åbn i browser” i menuen.',
  shareWarning: 'Del aldrig koden med nogen. Indtast den kun på din egen enhed.',
  enterCodeTitle: 'Indtast koden',
  findCodeText:
    'Indtast koden fra e-mailen. Hvis e-mailen ikke indeholder en kode, vises den, når du åbner linket.',
  codeLabel: 'Kode',
  wrongCodeText: 'Koden er ikke korrekt. Tjek den, og prøv igen.',
  cookieText: 'Der er ikke bedt om et link i denne browser, eller også er linket udløbet. Bed om et nyt.',
};
