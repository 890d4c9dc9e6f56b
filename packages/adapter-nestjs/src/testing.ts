export { MailTestingModule, MailTestingService } from './mail-testing-module.js';
