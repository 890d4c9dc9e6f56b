import type { LinkTexts } from './link-texts.js';

export const de: LinkTexts = {
  lang: 'de',
  title: 'Fast geschafft',
  text: 'Klicken Sie auf die Schaltfläche, um als {address} fortzufahren.',
  textWithoutAddress: 'Klicken Sie auf die Schaltfläche, um fortzufahren.',
  button: 'Weiter',
  doneTitle: 'Fertig',
  doneText: 'Sie können diese Seite schließen.',
  continue: 'Weiter',
  failedTitle: 'Dieser Link funktioniert nicht',
  notFoundText:
    'Der Link wurde bereits verwendet oder durch einen neueren ersetzt. Fordern Sie einen neuen an.',
  expiredText: 'Der Link ist abgelaufen. Fordern Sie einen neuen an.',
  failedText: 'Öffnen Sie den Link noch einmal aus der E-Mail oder fordern Sie einen neuen an.',
  otherBrowserTitle: 'Fahren Sie im ursprünglichen Browser fort',
  otherBrowserText:
    'Sie haben diesen Link in einem anderen Browser angefordert. Geben Sie dort diesen Code ein:',
  otherBrowserTextWithoutCode:
    'Sie haben diesen Link in einem anderen Browser angefordert. Öffnen Sie ihn dort oder fordern Sie in diesem Browser einen neuen an. Wählen Sie in einer Mail-App im Menü „Im Browser öffnen“.',
  shareWarning: 'Geben Sie diesen Code nie weiter und tippen Sie ihn nur auf Ihrem eigenen Gerät ein.',
  enterCodeTitle: 'Code eingeben',
  findCodeText:
    'Geben Sie den Code aus der E-Mail ein. Enthält sie keinen, wird er nach dem Öffnen des Links angezeigt.',
  codeLabel: 'Code',
  wrongCodeText: 'Dieser Code stimmt nicht. Prüfen Sie ihn und versuchen Sie es noch einmal.',
  cookieText:
    'In diesem Browser wurde kein Link angefordert oder der Link ist abgelaufen. Fordern Sie einen neuen an.',
};
