import { Inject, type InjectionToken } from '@nestjs/common';
import { MailHealthIndicator } from './mail-health-indicator.js';
import { MailRoutes } from './mail-routes.js';
import { MailService } from './mail-service.js';
import { VerificationService } from './verification-service.js';

/** The name of a mailer that has none. */
export const DEFAULT_MAILER = 'default';

/** The class itself for the mailer without a name, so that most applications need no token at all. */
const tokenOf = (provider: InjectionToken, label: string, name: string): InjectionToken =>
  name === DEFAULT_MAILER ? provider : `POSTERN_${label}:${name}`;

/**
 * What a mailer's {@link MailService} is injected by.
 *
 * @param name the `name` that was given to `MailModule.forRoot`. @default the mailer without a name
 */
export const getMailerToken = (name = DEFAULT_MAILER): InjectionToken => tokenOf(MailService, 'MAILER', name);

/** What a mailer's {@link VerificationService} is injected by. */
export const getVerificationToken = (name = DEFAULT_MAILER): InjectionToken =>
  tokenOf(VerificationService, 'VERIFICATION', name);

/** What a mailer's {@link MailRoutes} are injected by. */
export const getMailRoutesToken = (name = DEFAULT_MAILER): InjectionToken =>
  tokenOf(MailRoutes, 'MAIL_ROUTES', name);

/** What a mailer's {@link MailHealthIndicator} is injected by. */
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

/** Injects the {@link MailRoutes} of a mailer: for a {@link MailController} of one that has a name. */
export const InjectMailRoutes = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getMailRoutesToken(name));

/** Injects the {@link MailHealthIndicator} of a mailer. */
export const InjectMailHealth = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getMailHealthToken(name));
