import type { LinkTexts } from './link-texts.js';

export const cs: LinkTexts = {
  lang: 'cs',
  title: 'Ještě jeden krok',
  text: 'Stisknutím tlačítka budete pokračovat s adresou {address}.',
  textWithoutAddress: 'Pokračujte stisknutím tlačítka.',
  button: 'Pokračovat',
  doneTitle: 'Hotovo',
  doneText: 'Tuto stránku můžete zavřít.',
  continue: 'Pokračovat',
  failedTitle: 'Tento odkaz nefunguje',
  notFoundText: 'Odkaz už byl použit nebo ho nahradil novější. Vyžádejte si nový.',
  expiredText: 'Platnost odkazu vypršela. Vyžádejte si nový.',
  failedText: 'Otevřete odkaz z e-mailu znovu, nebo si vyžádejte nový.',
  otherBrowserTitle: 'Pokračujte v prohlížeči, kde jste začali',
  otherBrowserText: 'O tento odkaz jste požádali v jiném prohlížeči. Zadejte v něm tento kód:',
  otherBrowserTextWithoutCode:
    'O tento odkaz jste požádali v jiném prohlížeči. Otevřete ho v něm, nebo si vyžádejte nový v tomto prohlížeči. V e-mailové aplikaci zvolte v nabídce „Otevřít v prohlížeči“.',
  shareWarning: 'Tento kód nikomu nesdělujte. Zadávejte ho jen na svém zařízení.',
  enterCodeTitle: 'Zadejte kód',
  findCodeText: 'Zadejte kód z e-mailu. Pokud v něm žádný není, zobrazí se po otevření odkazu.',
  codeLabel: 'Kód',
  wrongCodeText: 'Tento kód není správný. Zkontrolujte ho a zkuste to znovu.',
  cookieText: 'V tomto prohlížeči jste o odkaz nežádali, nebo jeho platnost vypršela. Vyžádejte si nový.',
};
