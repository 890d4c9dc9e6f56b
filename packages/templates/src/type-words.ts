import { carriesCode } from '@postern/core';
import type { CodeType, Copy, TemplateType } from './copy/copy-schema.js';

/** The sentence for people who did not request the email. */
const UNEXPECTED = {
  Register: 'ignore',
  SignIn: 'ignore',
  ForgotPassword: 'ignoreReset',
  Generic: 'ignore',
  UserPermissionValidation: 'alarm',
  BindNewIdentifier: 'ignore',
  MfaVerification: 'alarm',
  BindMfa: 'alarm',
  ConfirmEmailChange: 'alarm',
  ConfirmAccountDeletion: 'alarm',
  OrganizationInvitation: 'ignoreInvitation',
  AccountExists: 'ignore',
} as const satisfies Partial<Record<TemplateType, keyof Copy>>;

/** The sentence of a notice without a link, for people who did not make the change. */
const WITHOUT_LINK = {
  PasswordChanged: 'notYouWithoutLink',
  EmailChanged: 'notYouWithoutLink',
  NewSignIn: 'notYouWithoutLink',
  MfaEnabled: 'notYouWithoutLink',
  MfaDisabled: 'notYouWithoutLink',
  RecoveryMethodChanged: 'notYouWithoutLink',
  AccountDeletionScheduled: 'notYouWithoutLink',
  AccountDeleted: 'notYouDeleted',
} as const satisfies Partial<Record<TemplateType, keyof Copy>>;

/** The sentences that depend on the usage type. Those that it does not have are empty. */
export interface TypeWords {
  readonly subject: string;
  readonly heading: string;
  readonly intro: string;
  readonly openLink: string;
  readonly button: string;
  readonly unexpected: string;
  readonly withoutLink: string;
}

const find = <Keys extends object>(keys: Keys, type: string): Keys[keyof Keys] | undefined =>
  Object.entries(keys).find(([name]) => name === type)?.[1];

/** @param fill - inserts names and encodes the sentence */
export function wordsOfType(type: TemplateType, copy: Copy, fill: (sentence: string) => string): TypeWords {
  const unexpected = find(UNEXPECTED, type);
  const withoutLink = find(WITHOUT_LINK, type);
  const common = {
    heading: fill(copy[type].heading),
    intro: fill(copy[type].intro),
    openLink: fill(copy.openLink),
    unexpected: unexpected ? fill(copy[unexpected]) : '',
    withoutLink: withoutLink ? fill(copy[withoutLink]) : '',
  };
  if (carriesCode(type)) {
    const { subject, heading, button } = copy[type satisfies CodeType];
    return {
      ...common,
      subject: `{{#if code}}${fill(subject)}{{else}}${fill(heading)}{{/if}}`,
      button: fill(button),
    };
  }
  const subject = fill(copy[type].subject);
  switch (type) {
    case 'OrganizationInvitation': {
      const { intro, introByInviter, button } = copy[type];
      const opening = `{{#if inviter.name}}${fill(introByInviter)}{{else}}${fill(intro)}{{/if}}`;
      return { ...common, subject, intro: opening, button: fill(button) };
    }
    case 'InvitationAccepted': {
      const { intro, introByMember, openLink, button } = copy[type];
      const opening = `{{#if member.name}}${fill(introByMember)}{{else}}${fill(intro)}{{/if}}`;
      return { ...common, subject, intro: opening, openLink: fill(openLink), button: fill(button) };
    }
    case 'AccountDeletionScheduled':
    case 'AccountExists': {
      const { openLink, button } = copy[type];
      return { ...common, subject, openLink: fill(openLink), button: fill(button) };
    }
    default:
      return { ...common, subject, openLink: fill(copy.notYou), button: fill(copy.secureAccount) };
  }
}
