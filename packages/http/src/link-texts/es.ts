import type { LinkTexts } from './link-texts.js';

export const es: LinkTexts = {
  lang: 'es',
  title: 'Ya casi está',
  text: 'Pulsa el botón para continuar como {address}.',
  textWithoutAddress: 'Pulsa el botón para continuar.',
  button: 'Continuar',
  doneTitle: 'Listo',
  doneText: 'Puedes cerrar esta página.',
  continue: 'Continuar',
  failedTitle: 'Este enlace no funciona',
  notFoundText: 'El enlace ya se ha usado o se ha sustituido por uno más reciente. Solicita uno nuevo.',
  expiredText: 'El enlace ha caducado. Solicita uno nuevo.',
  failedText: 'Abre de nuevo el enlace del correo o solicita uno nuevo.',
  otherBrowserTitle: 'Continúa en el navegador donde empezaste',
  otherBrowserText: 'Solicitaste este enlace en otro navegador. Introduce allí este código:',
  otherBrowserTextWithoutCode:
    'Solicitaste este enlace en otro navegador. Ábrelo allí o solicita uno nuevo en este navegador. Si estás en una aplicación de correo, elige «Abrir en el navegador» en el menú.',
  shareWarning: 'No compartas nunca este código. Introdúcelo solo en tu propio dispositivo.',
  enterCodeTitle: 'Introduce el código',
  findCodeText:
    'Introduce el código del correo. Si el correo no incluye ninguno, lo verás al abrir el enlace.',
  codeLabel: 'Código',
  wrongCodeText: 'Este código no es correcto. Compruébalo e inténtalo de nuevo.',
  cookieText:
    'No se ha solicitado ningún enlace en este navegador o el enlace ha caducado. Solicita uno nuevo.',
};
