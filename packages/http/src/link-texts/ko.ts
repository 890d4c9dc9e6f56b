import type { LinkTexts } from './link-texts.js';

export const ko: LinkTexts = {
  lang: 'ko',
  title: '거의 다 됐습니다',
  text: '{address} 계정으로 계속하려면 버튼을 눌러 주세요.',
  textWithoutAddress: '계속하려면 버튼을 눌러 주세요.',
  button: '계속하기',
  doneTitle: '완료되었습니다',
  doneText: '이 페이지를 닫으셔도 됩니다.',
  continue: '계속하기',
  failedTitle: '이 링크를 사용할 수 없습니다',
  notFoundText: '이미 사용되었거나 더 최근의 링크로 대체되었습니다. 새 링크를 요청해 주세요.',
  expiredText: '링크가 만료되었습니다. 새 링크를 요청해 주세요.',
  failedText: '이메일에서 링크를 다시 열거나 새 링크를 요청해 주세요.',
  otherBrowserTitle: '처음 시작한 브라우저에서 계속해 주세요',
  otherBrowserText: '다른 브라우저에서 요청한 링크입니다. 그 브라우저에서 다음 코드를 입력해 주세요.',
  otherBrowserTextWithoutCode:
    '다른 브라우저에서 요청한 링크입니다. 그 브라우저에서 열거나 이 브라우저에서 새 링크를 요청해 주세요. 메일 앱에서는 메뉴에서 ‘브라우저에서 열기’를 선택해 주세요.',
  shareWarning: '이 코드를 누구에게도 알려 주지 마세요. 본인의 기기에서만 입력해 주세요.',
  enterCodeTitle: '코드 입력',
  findCodeText: '이메일에 있는 코드를 입력해 주세요. 코드가 없다면 이메일의 링크를 열어 확인해 주세요.',
  codeLabel: '코드',
  wrongCodeText: '코드가 올바르지 않습니다. 확인한 후 다시 시도해 주세요.',
  cookieText: '이 브라우저에서 요청한 링크가 없거나 링크가 만료되었습니다. 새 링크를 요청해 주세요.',
};
