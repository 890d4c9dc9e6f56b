import type { LinkTexts } from './link-texts.js';

export const ptBR: LinkTexts = {
  lang: 'pt-BR',
  title: 'Quase lá',
  text: 'Clique no botão para continuar como {address}.',
  textWithoutAddress: 'Clique no botão para continuar.',
  button: 'Continuar',
  doneTitle: 'Pronto',
  doneText: 'Você já pode fechar esta página.',
  continue: 'Continuar',
  failedTitle: 'Este link não funciona',
  notFoundText: 'O link já foi usado ou substituído por um mais recente. Solicite um novo.',
  expiredText: 'O link expirou. Solicite um novo.',
  failedText: 'Abra o link novamente pelo e-mail ou solicite um novo.',
  otherBrowserTitle: 'Continue no navegador em que você começou',
  otherBrowserText: 'Você solicitou este link em outro navegador. Digite este código lá:',
  otherBrowserTextWithoutCode:
    'Você solicitou este link em outro navegador. Abra-o lá ou solicite um novo neste navegador. Em um app de e-mail, escolha “Abrir no navegador” no menu.',
  shareWarning: 'Nunca compartilhe este código. Digite-o apenas no seu próprio dispositivo.',
  enterCodeTitle: 'Digite o código',
  findCodeText: 'Digite o código do e-mail. Se o e-mail não tiver um código, abra o link para ver o código.',
  codeLabel: 'Código',
  wrongCodeText: 'Este código está incorreto. Confira e tente novamente.',
  cookieText: 'Nenhum link foi solicitado neste navegador ou o link expirou. Solicite um novo.',
};
