import type { LinkTexts } from './link-texts.js';

export const ptPT: LinkTexts = {
  lang: 'pt-PT',
  title: 'Está quase',
  text: 'Clique no botão para continuar como {address}.',
  textWithoutAddress: 'Clique no botão para continuar.',
  button: 'Continuar',
  doneTitle: 'Concluído',
  doneText: 'Já pode fechar esta página.',
  continue: 'Continuar',
  failedTitle: 'Esta ligação não funciona',
  notFoundText: 'A ligação já foi utilizada ou substituída por uma mais recente. Peça uma nova.',
  expiredText: 'A ligação expirou. Peça uma nova.',
  failedText: 'Abra novamente a ligação a partir do e-mail ou peça uma nova.',
  otherBrowserTitle: 'Continue no navegador onde começou',
  otherBrowserText: 'Pediu esta ligação noutro navegador. Introduza lá este código:',
  otherBrowserTextWithoutCode:
    'Pediu esta ligação noutro navegador. Abra-a lá ou peça uma nova neste navegador. Numa aplicação de e-mail, escolha “Abrir no navegador” no menu.',
  shareWarning: 'Nunca partilhe este código. Introduza-o apenas no seu próprio dispositivo.',
  enterCodeTitle: 'Introduza o código',
  findCodeText: 'Introduza o código do e-mail. Se o e-mail não tiver um código, abra a ligação para o ver.',
  codeLabel: 'Código',
  wrongCodeText: 'Este código não está correto. Verifique-o e tente novamente.',
  cookieText: 'Não foi pedida nenhuma ligação neste navegador ou a ligação expirou. Peça uma nova.',
};
