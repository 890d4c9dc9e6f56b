import type { LinkTexts } from './link-texts.js';

export const nl: LinkTexts = {
  lang: 'nl',
  title: 'Bijna klaar',
  text: 'Druk op de knop om door te gaan als {address}.',
  textWithoutAddress: 'Druk op de knop om door te gaan.',
  button: 'Doorgaan',
  doneTitle: 'Klaar',
  doneText: 'Je kunt deze pagina sluiten.',
  continue: 'Doorgaan',
  failedTitle: 'Deze link werkt niet',
  notFoundText: 'De link is al gebruikt of vervangen door een nieuwere. Vraag een nieuwe aan.',
  expiredText: 'De link is verlopen. Vraag een nieuwe aan.',
  failedText: 'Open de link opnieuw vanuit de e-mail of vraag een nieuwe aan.',
  otherBrowserTitle: 'Ga verder in de browser waarin je begon',
  otherBrowserText: 'Je hebt deze link in een andere browser aangevraagd. Voer deze code daar in:',
  otherBrowserTextWithoutCode:
    'Je hebt deze link in een andere browser aangevraagd. Open de link daar of vraag in deze browser een nieuwe aan. Kies in een mailapp in het menu voor ‘Openen in browser’.',
  shareWarning: 'Deel deze code met niemand. Voer de code alleen in op je eigen apparaat.',
  enterCodeTitle: 'Voer de code in',
  findCodeText:
    'Voer de code uit de e-mail in. Staat er geen code in? Open dan de link in de e-mail om de code te zien.',
  codeLabel: 'Code',
  wrongCodeText: 'Deze code klopt niet. Controleer de code en probeer het opnieuw.',
  cookieText: 'In deze browser is geen link aangevraagd of de link is verlopen. Vraag een nieuwe aan.',
};
