import type { LinkTexts } from './link-texts.js';

export const esMX: LinkTexts = {
  lang: 'es-MX',
  title: 'Ya casi terminas',
  text: 'Presiona el botón para continuar como {address}.',
  textWithoutAddress: 'Presiona el botón para continuar.',
  button: 'Continuar',
  doneTitle: 'Listo',
  doneText: 'Puedes cerrar esta página.',
  continue: 'Continuar',
  failedTitle: 'Este enlace no funciona',
  notFoundText: 'El enlace ya se usó o se reemplazó por uno más reciente. Solicita uno nuevo.',
  expiredText: 'El enlace ya venció. Solicita uno nuevo.',
  failedText: 'Abre de nuevo el enlace del correo o solicita uno nuevo.',
  otherBrowserTitle: 'Continúa en el navegador donde empezaste',
  otherBrowserText: 'Solicitaste este enlace en otro navegador. Ingresa este código ahí:',
  otherBrowserTextWithoutCode:
    'Solicitaste este enlace en otro navegador. Ábrelo ahí o solicita uno nuevo en este navegador. Si estás en una app de correo, elige “Abrir en el navegador” en el menú.',
  shareWarning: 'Nunca compartas este código. Ingrésalo solo en tu propio dispositivo.',
  enterCodeTitle: 'Ingresa el código',
  findCodeText: 'Ingresa el código del correo. Si el correo no incluye ninguno, lo verás al abrir el enlace.',
  codeLabel: 'Código',
  wrongCodeText: 'Este código no es correcto. Revísalo e inténtalo de nuevo.',
  cookieText: 'No se solicitó ningún enlace en este navegador o el enlace ya venció. Solicita uno nuevo.',
};
