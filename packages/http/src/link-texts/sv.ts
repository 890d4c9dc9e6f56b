import type { LinkTexts } from './link-texts.js';

export const sv: LinkTexts = {
  lang: 'sv',
  title: 'Nästan klart',
  text: 'Tryck på knappen för att fortsätta som {address}.',
  textWithoutAddress: 'Tryck på knappen för att fortsätta.',
  button: 'Fortsätt',
  doneTitle: 'Klart',
  doneText: 'Du kan stänga den här sidan.',
  continue: 'Fortsätt',
  failedTitle: 'Länken fungerar inte',
  notFoundText: 'Länken har redan använts eller ersatts av en nyare. Begär en ny.',
  expiredText: 'Länken har gått ut. Begär en ny.',
  failedText: 'Öppna länken från mejlet igen eller begär en ny.',
  otherBrowserTitle: 'Fortsätt i webbläsaren där du började',
  otherBrowserText: 'Du begärde länken i en annan webbläsare. Ange den här koden där:',
  otherBrowserTextWithoutCode:
    'Du begärde länken i en annan webbläsare. Öppna den där eller begär en ny i den här webbläsaren. I en mejlapp väljer du ”Öppna i webbläsare” i menyn.',
  shareWarning: 'Dela aldrig koden med någon. Ange den bara på din egen enhet.',
  enterCodeTitle: 'Ange koden',
  findCodeText:
    'Ange koden från mejlet. Om det inte finns någon kod i mejlet öppnar du länken för att se den.',
  codeLabel: 'Kod',
  wrongCodeText: 'Koden stämmer inte. Kontrollera den och försök igen.',
  cookieText: 'Ingen länk har begärts i den här webbläsaren, eller så har länken gått ut. Begär en ny.',
};
