import type { LinkTexts } from './link-texts.js';

export const pl: LinkTexts = {
  lang: 'pl',
  title: 'Już prawie gotowe',
  text: 'Naciśnij przycisk, aby kontynuować jako {address}.',
  textWithoutAddress: 'Naciśnij przycisk, aby kontynuować.',
  button: 'Dalej',
  doneTitle: 'Gotowe',
  doneText: 'Możesz zamknąć tę stronę.',
  continue: 'Dalej',
  failedTitle: 'Ten link nie działa',
  notFoundText: 'Link został już użyty lub zastąpiony nowszym. Poproś o nowy.',
  expiredText: 'Link wygasł. Poproś o nowy.',
  failedText: 'Otwórz link ponownie z wiadomości e-mail lub poproś o nowy.',
  otherBrowserTitle: 'Wróć do poprzedniej przeglądarki',
  otherBrowserText: 'Prośbę o ten link wysłano z innej przeglądarki. Wpisz w niej ten kod:',
  otherBrowserTextWithoutCode:
    'Prośbę o ten link wysłano z innej przeglądarki. Otwórz go w niej lub poproś o nowy w tej przeglądarce. W aplikacji pocztowej wybierz z menu „Otwórz w przeglądarce”.',
  shareWarning: 'Nie podawaj nikomu tego kodu. Wpisuj go tylko na własnym urządzeniu.',
  enterCodeTitle: 'Wpisz kod',
  findCodeText:
    'Wpisz kod z wiadomości e-mail. Jeśli nie ma w niej kodu, otwórz link z wiadomości, aby go zobaczyć.',
  codeLabel: 'Kod',
  wrongCodeText: 'Ten kod jest nieprawidłowy. Sprawdź go i spróbuj ponownie.',
  cookieText: 'Z tej przeglądarki nie wysłano prośby o link albo link wygasł. Poproś o nowy.',
};
