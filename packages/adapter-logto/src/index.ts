export { createConnector as default } from './create-connector.js';
