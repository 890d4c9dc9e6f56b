import type { Copy } from './copy-schema.js';

export const ja: Copy = {
  Register: {
    subject: '【{app}】登録用の確認コード',
    heading: '{app} アカウントの作成',
    intro: 'ご登録ありがとうございます。メールアドレスを確認すると、登録が完了します。',
    button: 'アカウントを作成',
  },
  SignIn: {
    subject: '【{app}】ログイン用の確認コード',
    heading: '{app} へのログイン',
    intro: 'このメールアドレスでのログインがリクエストされました。',
    button: 'ログイン',
  },
  ForgotPassword: {
    subject: '【{app}】パスワード再設定用の確認コード',
    heading: '{app} のパスワード再設定',
    intro: 'お客様のアカウントについて、パスワードの再設定がリクエストされました。',
    button: 'パスワードを再設定',
  },
  Generic: {
    subject: '【{app}】確認コード',
    heading: 'ご本人確認',
    intro: 'このメールアドレスがお客様のものであることを確認します。',
    button: '確認する',
  },
  UserPermissionValidation: {
    subject: '【{app}】変更内容の確認コード',
    heading: '変更内容の確認',
    intro: 'アカウントの重要な変更のため、ご本人であることを確認します。',
    button: '確認する',
  },
  BindNewIdentifier: {
    subject: '【{app}】メールアドレスの確認',
    heading: 'メールアドレスの確認',
    intro: 'このメールアドレスをアカウントに追加するリクエストを受け付けました。',
    button: 'メールアドレスを確認',
  },
  MfaVerification: {
    subject: '【{app}】2 段階認証の確認コード',
    heading: '2 段階認証',
    intro: '{app} へのログインまで、あと 1 ステップです。',
    button: '続ける',
  },
  BindMfa: {
    subject: '【{app}】2 段階認証の設定',
    heading: '2 段階認証の設定',
    intro: 'このメールアドレスを 2 段階認証に使用するリクエストを受け付けました。',
    button: '設定する',
  },
  OrganizationInvitation: {
    subject: '{organization} への招待',
    heading: '{organization} への招待',
    intro: '{organization} に招待されています。',
    introByInviter: '{inviter} さんから {organization} に招待されています。',
    button: '招待を承諾',
  },
  enterCode: '次のコードを入力して続けてください。',
  openLink: '次のリンクを開いて続けてください。',
  orOpenLink: 'または、次のリンクを開いてください。',
  linkFallback: 'ボタンが動作しない場合は、次のアドレスをブラウザーに貼り付けてください。',
  valid: '有効期間：{duration}',
  neverShare:
    'このコードは誰にも教えないでください。{app} の担当者がコードをお尋ねすることは決してありません。',
  ignore: 'お心当たりのない場合は、このメールを破棄してください。',
  ignoreReset: 'お心当たりのない場合は、このメールを破棄してください。パスワードは変更されません。',
  alarm:
    'お心当たりのない場合は、第三者にパスワードを知られた可能性があります。パスワードを変更してください。',
  ignoreInvitation: 'お心当たりのない場合は、このメールを破棄してください。',
  footer: 'このメールは {app} から自動送信されています。',
  support: 'ヘルプとサポート',
};
