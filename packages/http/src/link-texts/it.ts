import type { LinkTexts } from './link-texts.js';

export const it: LinkTexts = {
  lang: 'it',
  title: 'Ci siamo quasi',
  text: 'Premi il pulsante per continuare come {address}.',
  textWithoutAddress: 'Premi il pulsante per continuare.',
  button: 'Continua',
  doneTitle: 'Fatto',
  doneText: 'Puoi chiudere questa pagina.',
  continue: 'Continua',
  failedTitle: 'Questo link non funziona',
  notFoundText: 'Il link è già stato usato o sostituito da uno più recente. Richiedine uno nuovo.',
  expiredText: 'Il link è scaduto. Richiedine uno nuovo.',
  failedText: 'Apri di nuovo il link nell’email o richiedine uno nuovo.',
  otherBrowserTitle: 'Continua nel browser in cui hai iniziato',
  otherBrowserText: 'Hai richiesto questo link in un altro browser. Inserisci lì questo codice:',
  otherBrowserTextWithoutCode:
    'Hai richiesto questo link in un altro browser. Aprilo lì o richiedine uno nuovo in questo browser. In un’app di posta, scegli “Apri nel browser” dal menu.',
  shareWarning: 'Non condividere mai questo codice. Inseriscilo solo sul tuo dispositivo.',
  enterCodeTitle: 'Inserisci il codice',
  findCodeText:
    'Inserisci il codice ricevuto via email. Se l’email non ne contiene uno, lo vedrai aprendo il link.',
  codeLabel: 'Codice',
  wrongCodeText: 'Il codice non è corretto. Controllalo e riprova.',
  cookieText:
    'In questo browser non è stato richiesto alcun link, oppure il link è scaduto. Richiedine uno nuovo.',
};
