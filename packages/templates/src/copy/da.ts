import type { Copy } from './copy-schema.js';

export const da: Copy = {
  Register: {
    subject: 'Din registreringskode til {app}',
    heading: 'Opret din konto hos {app}',
    intro: 'Velkommen! Bekræft din e-mailadresse for at færdiggøre oprettelsen.',
    button: 'Opret konto',
  },
  SignIn: {
    subject: 'Din loginkode til {app}',
    heading: 'Log ind på {app}',
    intro: 'Vi har modtaget en anmodning om at logge ind med denne e-mailadresse.',
    button: 'Log ind',
  },
  ForgotPassword: {
    subject: 'Din kode til ny adgangskode på {app}',
    heading: 'Ny adgangskode til {app}',
    intro: 'Vi har modtaget en anmodning om en ny adgangskode til din konto.',
    button: 'Vælg ny adgangskode',
  },
  Generic: {
    subject: 'Din bekræftelseskode til {app}',
    heading: 'Bekræft, at det er dig',
    intro: 'Vi skal sikre os, at denne e-mailadresse er din.',
    button: 'Bekræft',
  },
  UserPermissionValidation: {
    subject: 'Din bekræftelseskode til {app}',
    heading: 'Bekræft ændringen',
    intro: 'Du er ved at ændre noget vigtigt på din konto, så vi tjekker, at det er dig.',
    button: 'Bekræft',
  },
  BindNewIdentifier: {
    subject: 'Bekræft din e-mailadresse til {app}',
    heading: 'Bekræft din e-mailadresse',
    intro: 'Vi har modtaget en anmodning om at føje denne e-mailadresse til en konto.',
    button: 'Bekræft adressen',
  },
  MfaVerification: {
    subject: 'Din kode til totrinsbekræftelse på {app}',
    heading: 'Totrinsbekræftelse',
    intro: 'Der mangler kun ét trin, før du er logget ind på {app}.',
    button: 'Fortsæt',
  },
  BindMfa: {
    subject: 'Slå totrinsbekræftelse til på {app}',
    heading: 'Slå totrinsbekræftelse til',
    intro: 'Du har bedt om at bruge denne e-mailadresse som andet trin, når du logger ind.',
    button: 'Slå til',
  },
  OrganizationInvitation: {
    subject: 'Din invitation til {organization}',
    heading: 'Bliv en del af {organization}',
    intro: 'Du er inviteret til {organization}.',
    introByInviter: '{inviter} har inviteret dig til {organization}.',
    button: 'Accepter invitationen',
  },
  enterCode: 'Indtast denne kode for at fortsætte:',
  openLink: 'Åbn dette link for at fortsætte:',
  orOpenLink: 'Eller åbn dette link:',
  linkFallback: 'Hvis knappen ikke virker, kan du kopiere denne adresse til din browser:',
  valid: 'Gælder i {duration}.',
  neverShare: 'Del aldrig koden med nogen. Ingen fra {app} vil bede dig om den.',
  ignore: 'Hvis du ikke har bedt om dette, kan du se bort fra denne e-mail.',
  ignoreReset:
    'Hvis du ikke har bedt om dette, kan du se bort fra denne e-mail. Din adgangskode ændres ikke.',
  alarm: 'Hvis det ikke var dig, kender nogen måske din adgangskode. Skift den hurtigst muligt.',
  ignoreInvitation: 'Hvis du ikke ved, hvad det drejer sig om, kan du se bort fra denne e-mail.',
  footer: 'Dette er en automatisk besked fra {app}.',
  support: 'Hjælp og support',
};
