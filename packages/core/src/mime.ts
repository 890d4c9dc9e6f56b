export { encodeBase64 } from './mime/base64.js';
export { encodeWords } from './mime/encoded-word.js';
export { writeMimeMessage } from './mime/mime-message.js';
