import { Controller, Module } from '@nestjs/common';
import { bearerToken, MailController, MailModule } from '@postern/adapter-nestjs';
import type { ConnectorConfig, Transport } from '@postern/core';
import { createSmtpTransport } from '@postern/transport-smtp';

@Controller('mail')
class AuthMailController extends MailController {}

/** `POST /mail/messages` sends one email. Whoever may do that knows the secret. */
export function createAppModule(
  config: ConnectorConfig,
  secret: string,
  transport: Transport = createSmtpTransport(config),
) {
  @Module({
    imports: [MailModule.forRoot({ config, transport, http: { authorize: bearerToken(secret) } })],
    controllers: [AuthMailController],
  })
  class AppModule {}
  return AppModule;
}

// const app = await NestFactory.create(createAppModule(config, secret));
// app.enableShutdownHooks();
// await app.listen(3000);
