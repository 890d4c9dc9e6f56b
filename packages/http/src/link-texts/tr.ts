import type { LinkTexts } from './link-texts.js';

export const tr: LinkTexts = {
  lang: 'tr',
  title: 'Neredeyse tamam',
  text: '{address} olarak devam etmek için düğmeye basın.',
  textWithoutAddress: 'Devam etmek için düğmeye basın.',
  button: 'Devam et',
  doneTitle: 'Tamamlandı',
  doneText: 'Bu sayfayı kapatabilirsiniz.',
  continue: 'Devam et',
  failedTitle: 'Bu bağlantı çalışmıyor',
  notFoundText: 'Bağlantı daha önce kullanılmış veya yerine yenisi gönderilmiş. Yeni bir bağlantı isteyin.',
  expiredText: 'Bağlantının süresi dolmuş. Yeni bir bağlantı isteyin.',
  failedText: 'Bağlantıyı e-postadan tekrar açın veya yeni bir bağlantı isteyin.',
  otherBrowserTitle: 'Başladığınız tarayıcıda devam edin',
  otherBrowserText: 'Bu bağlantıyı başka bir tarayıcıda istediniz. O tarayıcıda bu kodu girin:',
  otherBrowserTextWithoutCode:
    'Bu bağlantıyı başka bir tarayıcıda istediniz. Bağlantıyı o tarayıcıda açın veya bu tarayıcıda yeni bir bağlantı isteyin. E-posta uygulamasındaysanız menüden “Tarayıcıda aç” seçeneğini seçin.',
  shareWarning: 'Bu kodu kimseyle paylaşmayın. Kodu yalnızca kendi cihazınızda girin.',
  enterCodeTitle: 'Kodu girin',
  findCodeText: 'E-postadaki kodu girin. E-postada kod yoksa kodu görmek için e-postadaki bağlantıyı açın.',
  codeLabel: 'Kod',
  wrongCodeText: 'Bu kod doğru değil. Kodu kontrol edip tekrar deneyin.',
  cookieText: 'Bu tarayıcıdan bağlantı istenmemiş veya bağlantının süresi dolmuş. Yeni bir bağlantı isteyin.',
};
