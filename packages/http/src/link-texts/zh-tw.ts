import type { LinkTexts } from './link-texts.js';

export const zhTW: LinkTexts = {
  lang: 'zh-TW',
  title: '即將完成',
  text: '請按一下按鈕，使用 {address} 繼續。',
  textWithoutAddress: '請按一下按鈕繼續。',
  button: '繼續',
  doneTitle: '已完成',
  doneText: '您可以關閉此頁面。',
  continue: '繼續',
  failedTitle: '此連結無法使用',
  notFoundText: '此連結已使用過，或已由較新的連結取代。請重新索取連結。',
  expiredText: '此連結已過期，請重新索取。',
  failedText: '請從郵件中再次開啟此連結，或重新索取連結。',
  otherBrowserTitle: '請回到原本使用的瀏覽器繼續',
  otherBrowserText: '您是在其他瀏覽器中索取此連結的。請在該瀏覽器中輸入以下驗證碼：',
  otherBrowserTextWithoutCode:
    '您是在其他瀏覽器中索取此連結的。請在該瀏覽器中開啟，或在此瀏覽器中重新索取連結。如果您正在使用郵件應用程式，請在選單中選擇「在瀏覽器中開啟」。',
  shareWarning: '請勿將驗證碼告知他人，僅在您自己的裝置上輸入。',
  enterCodeTitle: '輸入驗證碼',
  findCodeText: '請輸入郵件中的驗證碼。如果郵件中沒有驗證碼，請開啟其中的連結查看。',
  codeLabel: '驗證碼',
  wrongCodeText: '驗證碼不正確，請檢查後再試一次。',
  cookieText: '此瀏覽器未索取過連結，或連結已過期。請重新索取連結。',
};
