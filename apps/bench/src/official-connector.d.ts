/** The official connector has no type declarations. It implements the interface of the connector kit. */
declare module '@logto/connector-smtp' {
  import type { CreateConnector, EmailConnector } from '@logto/connector-kit';

  const createConnector: CreateConnector<EmailConnector>;
  export default createConnector;
}
