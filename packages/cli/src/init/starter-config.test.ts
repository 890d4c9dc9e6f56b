import { expect, test } from 'vitest';
import { starterConfig } from './starter-config.js';

test('the starter templates show the code in the body, not in the subject', () => {
  const { templates } = starterConfig({
    host: 'smtp.example.com',
    port: 465,
    fromEmail: 'noreply@example.com',
    passVariable: 'SMTP_PASS',
  });
  for (const { subject, content } of templates) {
    expect(subject).not.toContain('{{');
    expect(content).toContain('{{code}}');
  }
});
