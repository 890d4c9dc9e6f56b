import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { bearerToken, MailController, MailModule } from '@postern/adapter-nestjs';
import { parseConnectorConfig } from '@postern/core';
import { createTransport } from '@postern/transport';

const { MAIL_SECRET = '', PORT = '3000' } = process.env;
const json = JSON.parse(await readFile('connector.json', 'utf8'));
const config = parseConnectorConfig(json, { variables: process.env });
const transport = createTransport(config);

@Controller('mail')
class AuthMailController extends MailController {}

@Module({
  imports: [MailModule.forRoot({ config, transport, http: { authorize: bearerToken(MAIL_SECRET) } })],
  controllers: [AuthMailController],
})
class AppModule {}

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await app.listen(PORT);
