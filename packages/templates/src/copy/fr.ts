import type { Copy } from './copy-schema.js';

export const fr: Copy = {
  Register: {
    subject: 'Votre code d’inscription à {app}',
    heading: 'Créez votre compte {app}',
    intro: 'Bienvenue\u00a0! Confirmez votre adresse e-mail pour terminer la création de votre compte.',
    button: 'Créer mon compte',
  },
  SignIn: {
    subject: 'Votre code de connexion à {app}',
    heading: 'Connexion à {app}',
    intro: 'Nous avons reçu une demande de connexion avec cette adresse e-mail.',
    button: 'Se connecter',
  },
  ForgotPassword: {
    subject: 'Votre code pour changer de mot de passe',
    heading: 'Nouveau mot de passe pour {app}',
    intro: 'Nous avons reçu une demande de nouveau mot de passe pour votre compte.',
    button: 'Changer le mot de passe',
  },
  Generic: {
    subject: 'Votre code de vérification {app}',
    heading: 'Confirmez votre identité',
    intro: 'Nous devons vérifier que cette adresse e-mail est bien la vôtre.',
    button: 'Confirmer',
  },
  UserPermissionValidation: {
    subject: 'Votre code de confirmation {app}',
    heading: 'Confirmez cette modification',
    intro: 'Vous allez modifier un élément important de votre compte. Confirmez qu’il s’agit bien de vous.',
    button: 'Confirmer',
  },
  BindNewIdentifier: {
    subject: 'Confirmez votre adresse e-mail pour {app}',
    heading: 'Confirmez votre adresse e-mail',
    intro: 'Nous avons reçu une demande d’ajout de cette adresse e-mail à un compte.',
    button: 'Confirmer l’adresse',
  },
  MfaVerification: {
    subject: 'Votre code de validation en deux étapes',
    heading: 'Validation en deux étapes',
    intro: 'Encore une étape pour vous connecter à {app}.',
    button: 'Continuer',
  },
  BindMfa: {
    subject: 'Activez la validation en deux étapes pour {app}',
    heading: 'Activez la validation en deux étapes',
    intro: 'Vous avez demandé à utiliser cette adresse e-mail comme deuxième étape de connexion.',
    button: 'Activer',
  },
  OrganizationInvitation: {
    subject: 'Votre invitation à rejoindre {organization}',
    heading: 'Rejoignez {organization}',
    intro: 'Vous avez reçu une invitation à rejoindre {organization}.',
    introByInviter: '{inviter} vous invite à rejoindre {organization}.',
    button: 'Accepter l’invitation',
  },
  enterCode: 'Saisissez ce code pour continuer\u00a0:',
  openLink: 'Ouvrez ce lien pour continuer\u00a0:',
  orOpenLink: 'Ou ouvrez ce lien\u00a0:',
  linkFallback: 'Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur\u00a0:',
  valid: 'Valable {duration}.',
  neverShare: 'Ne communiquez jamais ce code\u00a0: personne chez {app} ne vous le demandera.',
  ignore: 'Si vous n’êtes pas à l’origine de cette demande, vous pouvez ignorer cet e-mail.',
  ignoreReset:
    'Si vous n’êtes pas à l’origine de cette demande, ignorez cet e-mail\u00a0: votre mot de passe reste inchangé.',
  alarm: 'Ce n’était pas vous\u00a0? Quelqu’un connaît peut-être votre mot de passe. Veuillez le changer.',
  ignoreInvitation: 'Si cette invitation ne vous dit rien, vous pouvez ignorer cet e-mail.',
  footer: 'Ce message automatique vous est envoyé par {app}.',
  support: 'Aide et assistance',
};
