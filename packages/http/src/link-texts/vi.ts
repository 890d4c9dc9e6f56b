import type { LinkTexts } from './link-texts.js';

export const vi: LinkTexts = {
  lang: 'vi',
  title: 'Sắp xong rồi',
  text: 'Vui lòng nhấn nút để tiếp tục với {address}.',
  textWithoutAddress: 'Vui lòng nhấn nút để tiếp tục.',
  button: 'Tiếp tục',
  doneTitle: 'Hoàn tất',
  doneText: 'Bạn có thể đóng trang này.',
  continue: 'Tiếp tục',
  failedTitle: 'Liên kết này không hoạt động',
  notFoundText:
    'Liên kết đã được sử dụng hoặc đã được thay bằng liên kết mới hơn. Vui lòng yêu cầu liên kết mới.',
  expiredText: 'Liên kết đã hết hạn. Vui lòng yêu cầu liên kết mới.',
  failedText: 'Vui lòng mở lại liên kết từ email hoặc yêu cầu liên kết mới.',
  otherBrowserTitle: 'Tiếp tục trong trình duyệt ban đầu',
  otherBrowserText: 'Bạn đã yêu cầu liên kết này trong một trình duyệt khác. Vui lòng nhập mã này tại đó:',
  otherBrowserTextWithoutCode:
    'Bạn đã yêu cầu liên kết này trong một trình duyệt khác. Vui lòng mở liên kết tại đó hoặc yêu cầu liên kết mới trong trình duyệt này. Trong ứng dụng email, vui lòng chọn “Mở trong trình duyệt” từ menu.',
  shareWarning: 'Không chia sẻ mã này với bất kỳ ai. Chỉ nhập mã trên thiết bị của chính bạn.',
  enterCodeTitle: 'Nhập mã',
  findCodeText: 'Vui lòng nhập mã trong email. Nếu email không có mã, hãy mở liên kết trong email để xem mã.',
  codeLabel: 'Mã',
  wrongCodeText: 'Mã này không đúng. Vui lòng kiểm tra và thử lại.',
  cookieText:
    'Trình duyệt này chưa yêu cầu liên kết nào hoặc liên kết đã hết hạn. Vui lòng yêu cầu liên kết mới.',
};
