import type { Copy } from './copy-schema.js';

export const de: Copy = {
  Register: {
    subject: 'Ihr Registrierungscode für {app}',
    heading: 'Ihr Konto bei {app}',
    intro: 'Willkommen! Bestätigen Sie Ihre E-Mail-Adresse, um die Registrierung abzuschließen.',
    button: 'Konto erstellen',
  },
  SignIn: {
    subject: 'Ihr Anmeldecode für {app}',
    heading: 'Bei {app} anmelden',
    intro: 'Mit dieser E-Mail-Adresse wurde eine Anmeldung angefordert.',
    button: 'Anmelden',
  },
  ForgotPassword: {
    subject: 'Neues Passwort für {app}: Ihr Code',
    heading: 'Neues Passwort für {app}',
    intro: 'Für Ihr Konto wurde ein neues Passwort angefordert.',
    button: 'Neues Passwort festlegen',
  },
  Generic: {
    subject: 'Ihr Bestätigungscode für {app}',
    heading: 'Bestätigen Sie Ihre Identität',
    intro: 'Wir möchten sicherstellen, dass diese E-Mail-Adresse Ihnen gehört.',
    button: 'Bestätigen',
  },
  UserPermissionValidation: {
    subject: 'Ihr Bestätigungscode für {app}',
    heading: 'Änderung bestätigen',
    intro:
      'Sie möchten etwas Wichtiges an Ihrem Konto ändern. Bitte bestätigen Sie, dass Sie es wirklich sind.',
    button: 'Bestätigen',
  },
  BindNewIdentifier: {
    subject: 'E-Mail-Adresse für {app} bestätigen',
    heading: 'E-Mail-Adresse bestätigen',
    intro: 'Diese E-Mail-Adresse soll einem Konto hinzugefügt werden.',
    button: 'Adresse bestätigen',
  },
  MfaVerification: {
    subject: 'Ihr Code zur Bestätigung in zwei Schritten',
    heading: 'Bestätigung in zwei Schritten',
    intro: 'Noch ein Schritt, dann sind Sie bei {app} angemeldet.',
    button: 'Weiter',
  },
  BindMfa: {
    subject: 'Bestätigung in zwei Schritten für {app} einrichten',
    heading: 'Bestätigung in zwei Schritten einrichten',
    intro: 'Diese E-Mail-Adresse soll künftig als zweiter Schritt bei der Anmeldung dienen.',
    button: 'Einrichten',
  },
  OrganizationInvitation: {
    subject: 'Ihre Einladung zu {organization}',
    heading: 'Einladung zu {organization}',
    intro: 'Sie wurden zu {organization} eingeladen.',
    introByInviter: '{inviter} lädt Sie zu {organization} ein.',
    button: 'Einladung annehmen',
  },
  enterCode: 'Geben Sie diesen Code ein, um fortzufahren:',
  openLink: 'Öffnen Sie diesen Link, um fortzufahren:',
  orOpenLink: 'Oder öffnen Sie diesen Link:',
  linkFallback: 'Wenn die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:',
  valid: 'Gültig für {duration}.',
  neverShare: 'Geben Sie diesen Code nie weiter: Niemand von {app} wird Sie danach fragen.',
  ignore: 'Wenn Sie das nicht angefordert haben, können Sie diese E-Mail ignorieren.',
  ignoreReset:
    'Wenn Sie das nicht angefordert haben, ignorieren Sie diese E-Mail. Ihr Passwort bleibt unverändert.',
  alarm: 'Waren Sie das nicht? Dann kennt womöglich jemand Ihr Passwort. Bitte ändern Sie es.',
  ignoreInvitation: 'Wenn Sie damit nichts anfangen können, ignorieren Sie diese E-Mail einfach.',
  footer: 'Dies ist eine automatische Nachricht von {app}.',
  support: 'Hilfe und Kontakt',
};
