import type { ConnectorMetadata } from '@logto/connector-kit';
import { formItems } from './form-items.js';

/** The ID of the official connector. Instances store their config under this ID. */
export const CONNECTOR_ID = 'simple-mail-transfer-protocol';

const DESCRIPTIONS = {
  en: 'Send sign-in codes and other auth emails through any SMTP server, with pooled connections, escaped values, and errors that explain the fix.',
  'zh-CN': '通过任意 SMTP 服务器发送登录验证码等身份验证邮件：快速、安全，出错时告诉你该怎么做。',
  'zh-HK': '透過任何 SMTP 伺服器傳送登入驗證碼等身份驗證電郵：快速、安全，出錯時告訴你該怎樣做。',
  'zh-TW': '透過任何 SMTP 伺服器寄送登入驗證碼等身分驗證郵件：快速、安全，出錯時告訴你該怎麼做。',
  ja: '任意の SMTP サーバーから、サインインコードなどの認証メールを送信します。高速で安全、エラー時には対処方法を示します。',
  ko: '어떤 SMTP 서버로든 로그인 코드와 인증 메일을 보냅니다. 빠르고 안전하며, 오류가 나면 해결 방법을 알려 줍니다.',
  de: 'Verschickt Anmeldecodes und andere Auth-Mails über jeden SMTP-Server: schnell, sicher und mit Fehlermeldungen, die sagen, was zu tun ist.',
  fr: 'Envoie les codes de connexion et autres e-mails d’authentification via n’importe quel serveur SMTP : rapide, sûr, avec des erreurs qui disent quoi faire.',
  es: 'Envía códigos de acceso y otros correos de autenticación por cualquier servidor SMTP: rápido, seguro y con errores que dicen qué hacer.',
  it: 'Invia codici di accesso e altre e-mail di autenticazione tramite qualsiasi server SMTP: veloce, sicuro, con errori che dicono cosa fare.',
  'pt-BR':
    'Envia códigos de login e outros e-mails de autenticação por qualquer servidor SMTP: rápido, seguro e com erros que dizem o que fazer.',
  'pt-PT':
    'Envia códigos de início de sessão e outros e-mails de autenticação por qualquer servidor SMTP: rápido, seguro e com erros que dizem o que fazer.',
  'pl-PL':
    'Wysyła kody logowania i inne wiadomości uwierzytelniające przez dowolny serwer SMTP: szybko, bezpiecznie i z błędami, które mówią, co zrobić.',
  ru: 'Отправляет коды входа и другие письма аутентификации через любой SMTP-сервер: быстро, безопасно, а ошибки подсказывают, что делать.',
  'uk-UA':
    'Надсилає коди входу та інші листи автентифікації через будь-який SMTP-сервер: швидко, безпечно, а помилки підказують, що робити.',
  'tr-TR':
    'Giriş kodlarını ve diğer kimlik doğrulama e-postalarını herhangi bir SMTP sunucusuyla gönderir: hızlı, güvenli; hatalar ne yapılacağını söyler.',
  ar: 'يرسل رموز تسجيل الدخول ورسائل المصادقة الأخرى عبر أي خادم SMTP: سريع وآمن، ورسائل الخطأ توضّح ما ينبغي فعله.',
  th: 'ส่งรหัสเข้าสู่ระบบและอีเมลยืนยันตัวตนผ่านเซิร์ฟเวอร์ SMTP ใดก็ได้ รวดเร็ว ปลอดภัย และข้อผิดพลาดบอกวิธีแก้ไข',
};

const NAMES = {
  en: 'SMTP',
  ...Object.fromEntries(Object.keys(DESCRIPTIONS).map((language) => [language, 'SMTP'])),
};

/** The connector's details in the console. Paths are relative to the package. */
export const metadata: ConnectorMetadata = {
  id: CONNECTOR_ID,
  target: 'smtp',
  platform: null,
  name: NAMES,
  logo: './logo.svg',
  logoDark: './logo-dark.svg',
  description: DESCRIPTIONS,
  readme: './README.md',
  formItems,
};
