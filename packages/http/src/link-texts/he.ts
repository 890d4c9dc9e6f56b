import type { LinkTexts } from './link-texts.js';

export const he: LinkTexts = {
  lang: 'he',
  title: 'כמעט סיימנו',
  text: 'כדי להמשיך עם הכתובת {address}, יש ללחוץ על הכפתור.',
  textWithoutAddress: 'כדי להמשיך, יש ללחוץ על הכפתור.',
  button: 'המשך',
  doneTitle: 'בוצע',
  doneText: 'אפשר לסגור את הדף הזה.',
  continue: 'המשך',
  failedTitle: 'הקישור לא עובד',
  notFoundText: 'הקישור כבר נוצל או הוחלף בקישור חדש יותר. יש לבקש קישור חדש.',
  expiredText: 'תוקף הקישור פג. יש לבקש קישור חדש.',
  failedText: 'אפשר לפתוח את הקישור שוב מהודעת האימייל או לבקש קישור חדש.',
  otherBrowserTitle: 'יש להמשיך בדפדפן שבו התחלת',
  otherBrowserText: 'ביקשת את הקישור הזה בדפדפן אחר. יש להזין שם את הקוד הזה:',
  shareWarning: 'אין למסור את הקוד לאף אחד. יש להזין אותו רק במכשיר שלך.',
  enterCodeTitle: 'הזנת הקוד',
  findCodeText: 'יש להזין את הקוד מהודעת האימייל. אם אין בה קוד, הוא יופיע אחרי פתיחת הקישור שבהודעה.',
  codeLabel: 'קוד',
  wrongCodeText: 'הקוד שגוי. יש לבדוק אותו ולנסות שוב.',
  cookieText: 'לא התבקש קישור בדפדפן הזה, או שתוקף הקישור פג. יש לבקש קישור חדש.',
};
