import type { Copy } from './copy-schema.js';

export const tr: Copy = {
  Register: {
    subject: '{app} kayıt kodunuz',
    heading: '{app} hesabınızı oluşturun',
    intro: 'Hoş geldiniz! Kaydınızı tamamlamak için e-posta adresinizi onaylayın.',
    button: 'Hesap oluştur',
  },
  SignIn: {
    subject: '{app} giriş kodunuz',
    heading: '{app} hesabınıza giriş yapın',
    intro: 'Bu e-posta adresiyle giriş yapılması için bir istek aldık.',
    button: 'Giriş yap',
  },
  ForgotPassword: {
    subject: '{app} şifre sıfırlama kodunuz',
    heading: '{app} şifrenizi sıfırlayın',
    intro: 'Hesabınızın şifresini sıfırlamak için bir istek aldık.',
    button: 'Şifreyi sıfırla',
  },
  Generic: {
    subject: '{app} doğrulama kodunuz',
    heading: 'Kimliğinizi doğrulayın',
    intro: 'Bu e-posta adresinin size ait olduğunu doğrulamamız gerekiyor.',
    button: 'Doğrula',
  },
  UserPermissionValidation: {
    subject: '{app} onay kodunuz',
    heading: 'Bu değişikliği onaylayın',
    intro: 'Hesabınızda önemli bir değişiklik yapmak üzeresiniz. İşlemi sizin yaptığınızı doğrulayın.',
    button: 'Onayla',
  },
  BindNewIdentifier: {
    subject: '{app} için e-posta adresinizi onaylayın',
    heading: 'E-posta adresinizi onaylayın',
    intro: 'Bu e-posta adresinin bir hesaba eklenmesi için bir istek aldık.',
    button: 'Adresi onayla',
  },
  MfaVerification: {
    subject: '{app} iki adımlı doğrulama kodunuz',
    heading: 'İki adımlı doğrulama',
    intro: '{app} hesabınıza giriş yapmak için son bir adım kaldı.',
    button: 'Devam et',
  },
  BindMfa: {
    subject: '{app} için iki adımlı doğrulamayı etkinleştirin',
    heading: 'İki adımlı doğrulamayı etkinleştirin',
    intro: 'Bu e-posta adresinin girişte ikinci adım olarak kullanılması için bir istek aldık.',
    button: 'Etkinleştir',
  },
  OrganizationInvitation: {
    subject: '{organization} davetiniz',
    heading: '{organization} daveti',
    intro: '{organization} üyesi olmaya davet edildiniz.',
    introByInviter: '{inviter} sizi {organization} üyesi olmaya davet ediyor.',
    button: 'Daveti kabul et',
  },
  enterCode: 'Devam etmek için bu kodu girin:',
  openLink: 'Devam etmek için bu bağlantıyı açın:',
  orOpenLink: 'Veya bu bağlantıyı açın:',
  linkFallback: 'Düğme çalışmıyorsa bu adresi tarayıcınıza kopyalayın:',
  valid: 'Geçerlilik süresi: {duration}.',
  neverShare: 'Bu kodu kimseyle paylaşmayın. {app} çalışanları sizden bu kodu asla istemez.',
  ignore: 'Bu isteği siz yapmadıysanız bu e-postayı dikkate almayın.',
  ignoreReset: 'Bu isteği siz yapmadıysanız bu e-postayı dikkate almayın. Şifreniz değişmeyecektir.',
  alarm:
    'Bu işlemi siz yapmadıysanız şifreniz başkasının eline geçmiş olabilir. Lütfen şifrenizi değiştirin.',
  ignoreInvitation: 'Bu davetin ne hakkında olduğunu bilmiyorsanız bu e-postayı dikkate almayın.',
  footer: 'Bu, {app} tarafından gönderilen otomatik bir iletidir.',
  support: 'Yardım ve destek',
};
