import { Inject, type InjectionToken } from '@nestjs/common';
import { LinkGuardService } from './link-guard-service.js';
import { MailHealthIndicator } from './mail-health-indicator.js';
import { MailRoutes } from './mail-routes.js';
import { MailService } from './mail-service.js';
import { VerificationService } from './verification-service.js';

/** The name of a mailer without a `name` option. */
export const DEFAULT_MAILER = 'default';

/** For the mailer without a name, the token is the class, so that most applications need no token. */
const tokenOf = (provider: InjectionToken, label: string, name: string): InjectionToken =>
  name === DEFAULT_MAILER ? provider : `POSTERN_${label}:${name}`;

/**
 * Returns the injection token of the {@link MailService} of a mailer.
 *
 * @param name the `name` option of `MailModule.forRoot`. The default is the mailer without a name.
 */
export const getMailerToken = (name = DEFAULT_MAILER): InjectionToken => tokenOf(MailService, 'MAILER', name);

/** Returns the injection token of the {@link VerificationService} of a mailer. */
export const getVerificationToken = (name = DEFAULT_MAILER): InjectionToken =>
  tokenOf(VerificationService, 'VERIFICATION', name);

/** Returns the injection token of the {@link LinkGuardService} of a mailer. */
export const getLinkGuardToken = (name = DEFAULT_MAILER): InjectionToken =>
  tokenOf(LinkGuardService, 'LINK_GUARD', name);

/** Returns the injection token of the {@link MailRoutes} of a mailer. */
export const getMailRoutesToken = (name = DEFAULT_MAILER): InjectionToken =>
  tokenOf(MailRoutes, 'MAIL_ROUTES', name);

/** Returns the injection token of the {@link MailHealthIndicator} of a mailer. */
export const getMailHealthToken = (name = DEFAULT_MAILER): InjectionToken =>
  tokenOf(MailHealthIndicator, 'MAIL_HEALTH', name);

/**
 * Injects the {@link MailService} of a mailer.
 *
 * @example
 * ```ts
 * constructor(@InjectMailer('marketing') private readonly mail: MailService) {}
 * ```
 */
export const InjectMailer = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getMailerToken(name));

/** Injects the {@link VerificationService} of a mailer. */
export const InjectVerification = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getVerificationToken(name));

/** Injects the {@link LinkGuardService} of a mailer. */
export const InjectLinkGuard = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getLinkGuardToken(name));

/** Injects the {@link MailRoutes} of a mailer, for the {@link MailController} of a mailer with a name. */
export const InjectMailRoutes = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getMailRoutesToken(name));

/** Injects the {@link MailHealthIndicator} of a mailer. */
export const InjectMailHealth = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getMailHealthToken(name));
