import type { LinkTexts } from './link-texts.js';

export const zhCN: LinkTexts = {
  lang: 'zh-CN',
  title: '即将完成',
  text: '请点击按钮，使用 {address} 继续。',
  textWithoutAddress: '请点击按钮继续。',
  button: '继续',
  doneTitle: '已完成',
  doneText: '您可以关闭此页面。',
  continue: '继续',
  failedTitle: '此链接无法使用',
  notFoundText: '此链接已被使用，或已被新链接取代。请重新获取链接。',
  expiredText: '此链接已过期，请重新获取。',
  failedText: '请从邮件中再次打开此链接，或重新获取链接。',
  otherBrowserTitle: '请回到最初使用的浏览器继续',
  otherBrowserText: '您是在其他浏览器中获取此链接的。请在该浏览器中输入以下验证码：',
  otherBrowserTextWithoutCode:
    '您是在其他浏览器中获取此链接的。请在该浏览器中打开，或在此浏览器中重新获取链接。如果您正在使用邮件应用，请在菜单中选择“在浏览器中打开”。',
  shareWarning: '请勿将验证码告知他人，仅在您自己的设备上输入。',
  enterCodeTitle: '输入验证码',
  findCodeText: '请输入邮件中的验证码。如果邮件中没有验证码，请打开其中的链接查看。',
  codeLabel: '验证码',
  wrongCodeText: '验证码不正确，请检查后重试。',
  cookieText: '此浏览器未获取过链接，或链接已过期。请重新获取链接。',
};
