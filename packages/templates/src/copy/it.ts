import type { Copy } from './copy-schema.js';

export const it: Copy = {
  Register: {
    subject: 'Il tuo codice di registrazione a {app}',
    heading: 'Crea il tuo account {app}',
    intro: 'Ti diamo il benvenuto! Conferma il tuo indirizzo email per completare la registrazione.',
    button: 'Crea account',
  },
  SignIn: {
    subject: 'Il tuo codice di accesso a {app}',
    heading: 'Accedi a {app}',
    intro: 'Abbiamo ricevuto una richiesta di accesso con questo indirizzo email.',
    button: 'Accedi',
  },
  ForgotPassword: {
    subject: 'Il tuo codice per reimpostare la password di {app}',
    heading: 'Reimposta la password di {app}',
    intro: 'Abbiamo ricevuto una richiesta di reimpostazione della password del tuo account.',
    button: 'Reimposta password',
  },
  Generic: {
    subject: 'Il tuo codice di verifica per {app}',
    heading: 'Conferma la tua identità',
    intro: 'Dobbiamo verificare che questo indirizzo email sia tuo.',
    button: 'Conferma',
  },
  UserPermissionValidation: {
    subject: 'Il tuo codice di conferma per {app}',
    heading: 'Conferma questa modifica',
    intro:
      'Stai per modificare un aspetto importante del tuo account: vogliamo verificare che si tratti di te.',
    button: 'Conferma',
  },
  BindNewIdentifier: {
    subject: 'Conferma il tuo indirizzo email per {app}',
    heading: 'Conferma il tuo indirizzo email',
    intro: 'Abbiamo ricevuto una richiesta di aggiungere questo indirizzo email a un account.',
    button: 'Conferma indirizzo',
  },
  MfaVerification: {
    subject: 'Il tuo codice per la verifica in due passaggi',
    heading: 'Verifica in due passaggi',
    intro: 'Ancora un passaggio per accedere a {app}.',
    button: 'Continua',
  },
  BindMfa: {
    subject: 'Attiva la verifica in due passaggi per {app}',
    heading: 'Attiva la verifica in due passaggi',
    intro: 'Hai chiesto di usare questo indirizzo email come secondo passaggio di accesso.',
    button: 'Attiva',
  },
  OrganizationInvitation: {
    subject: 'Il tuo invito a entrare in {organization}',
    heading: 'Entra in {organization}',
    intro: 'Hai ricevuto un invito a entrare in {organization}.',
    introByInviter: '{inviter} ti invita a entrare in {organization}.',
    button: 'Accetta invito',
  },
  enterCode: 'Inserisci questo codice per continuare:',
  openLink: 'Apri questo link per continuare:',
  orOpenLink: 'Oppure apri questo link:',
  linkFallback: 'Se il pulsante non funziona, copia questo indirizzo nel browser:',
  valid: 'Valido per {duration}.',
  neverShare: 'Non condividere mai questo codice: nessuno di {app} te lo chiederà.',
  ignore: 'Se la richiesta non è partita da te, puoi ignorare questa email.',
  ignoreReset: 'Se la richiesta non è partita da te, ignora questa email: la tua password resta la stessa.',
  alarm:
    'Non riconosci questa richiesta? Qualcuno potrebbe conoscere la tua password: ti consigliamo di cambiarla.',
  ignoreInvitation: 'Se non sai di cosa si tratta, puoi ignorare questa email.',
  footer: 'Questo è un messaggio automatico di {app}.',
  support: 'Aiuto e assistenza',
};
