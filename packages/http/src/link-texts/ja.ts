import type { LinkTexts } from './link-texts.js';

export const ja: LinkTexts = {
  lang: 'ja',
  title: 'あと少しです',
  text: '{address} として続けるには、ボタンを押してください。',
  textWithoutAddress: '続けるには、ボタンを押してください。',
  button: '続ける',
  doneTitle: '完了しました',
  doneText: 'このページは閉じて構いません。',
  continue: '続ける',
  failedTitle: 'このリンクは使用できません',
  notFoundText: 'すでに使用されたか、より新しいリンクが発行されています。もう一度リクエストしてください。',
  expiredText: '有効期限が切れています。もう一度リクエストしてください。',
  failedText: 'メールからもう一度開くか、新しいリンクをリクエストしてください。',
  otherBrowserTitle: '元のブラウザーで続けてください',
  otherBrowserText:
    'このリンクは別のブラウザーでリクエストされました。そのブラウザーで次のコードを入力してください。',
  otherBrowserTextWithoutCode:
    'このリンクは別のブラウザーでリクエストされました。そのブラウザーで開くか、このブラウザーで新しいリンクをリクエストしてください。メールアプリの場合は、メニューから「ブラウザーで開く」を選んでください。',
  shareWarning: 'このコードは誰にも教えないでください。必ずご自身のデバイスで入力してください。',
  enterCodeTitle: 'コードの入力',
  findCodeText:
    'メールに記載されたコードを入力してください。コードが記載されていない場合は、メール内のリンクを開くと表示されます。',
  codeLabel: 'コード',
  wrongCodeText: 'コードが正しくありません。確認して、もう一度お試しください。',
  cookieText:
    'このブラウザーではリンクがリクエストされていないか、リンクの有効期限が切れています。もう一度リクエストしてください。',
};
