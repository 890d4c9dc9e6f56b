import type { LinkTexts } from './link-texts.js';

export const fr: LinkTexts = {
  lang: 'fr',
  title: 'Vous y êtes presque',
  text: 'Appuyez sur le bouton pour continuer en tant que {address}.',
  textWithoutAddress: 'Appuyez sur le bouton pour continuer.',
  button: 'Continuer',
  doneTitle: 'C’est fait',
  doneText: 'Vous pouvez fermer cette page.',
  continue: 'Continuer',
  failedTitle: 'Ce lien ne fonctionne pas',
  notFoundText: 'Le lien a déjà été utilisé ou remplacé par un plus récent. Demandez-en un nouveau.',
  expiredText: 'Le lien a expiré. Demandez-en un nouveau.',
  failedText: 'Ouvrez à nouveau le lien de l’e-mail ou demandez-en un nouveau.',
  otherBrowserTitle: 'Continuez dans le navigateur où vous avez commencé',
  otherBrowserText: 'Vous avez demandé ce lien dans un autre navigateur. Saisissez-y ce code\u00a0:',
  otherBrowserTextWithoutCode:
    'Vous avez demandé ce lien dans un autre navigateur. Ouvrez-le dans cet autre navigateur ou demandez un nouveau lien dans celui-ci. Dans une application de messagerie, choisissez «\u00a0Ouvrir dans le navigateur\u00a0» dans le menu.',
  shareWarning: 'Ne communiquez jamais ce code. Saisissez-le uniquement sur votre propre appareil.',
  enterCodeTitle: 'Saisissez le code',
  findCodeText:
    'Saisissez le code reçu par e-mail. Si l’e-mail ne comporte pas de code, ouvrez le lien qu’il contient pour en obtenir un.',
  codeLabel: 'Code',
  wrongCodeText: 'Ce code est incorrect. Vérifiez-le et réessayez.',
  cookieText: 'Aucun lien n’a été demandé dans ce navigateur, ou le lien a expiré. Demandez-en un nouveau.',
};
