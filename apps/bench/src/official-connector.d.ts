/** The official connector comes without types; it is what the kit says a connector is. */
declare module '@logto/connector-smtp' {
  import type { CreateConnector, EmailConnector } from '@logto/connector-kit';

  const createConnector: CreateConnector<EmailConnector>;
  export default createConnector;
}
