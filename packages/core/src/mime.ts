export { encodeWords } from './mime/encoded-word.js';
export { writeMimeMessage } from './mime/mime-message.js';
